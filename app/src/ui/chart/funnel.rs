//! How many came through, stage by stage.

use super::{ChartFigure, coordinate};
use crate::ui::format::{number, percent};
use i18n::{t_string, use_i18n};
use leptos::prelude::*;

/// One stage of a [`Funnel`].
#[derive(Clone)]
pub struct Stage {
    pub label: TextProp,
    pub value: u64,
    /// How many machines (scanners, prefetching) reached; not part of `value`, some in both, so a grey bar of its own.
    pub machine: u64,
}

impl Stage {
    pub fn new(label: impl Into<TextProp>, value: u64) -> Self {
        Self {
            label: label.into(),
            value,
            machine: 0,
        }
    }

    #[must_use]
    pub fn machine(mut self, machine: u64) -> Self {
        self.machine = machine;
        self
    }
}

/// Stages as bars below each other, each with its count and its share of the first stage.
#[component]
pub fn Funnel(
    #[prop(into)] title: TextProp,
    #[prop(optional, into)] text: Option<TextProp>,
    stages: Vec<Stage>,
    #[prop(optional, into)] csv: Option<String>,
    #[prop(optional)] bare: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let first = stages.first().map_or(0, |stage| stage.value);
    let widest = stages
        .iter()
        .map(|stage| stage.value.max(stage.machine))
        .max()
        .unwrap_or(0)
        .max(1);
    let with_machines = stages.iter().any(|stage| stage.machine > 0);
    let share = move |value: u64| value as f64 / first as f64;
    let rows = {
        let stages = stages.clone();
        Signal::derive(move || {
            let locale = i18n.get_locale();
            stages
                .iter()
                .map(|stage| {
                    let mut row = vec![
                        stage.label.get().to_string(),
                        number(locale, stage.value),
                        percent(locale, share(stage.value)),
                    ];
                    if with_machines {
                        row.push(number(locale, stage.machine));
                    }
                    row
                })
                .collect::<Vec<_>>()
        })
    };
    let head = Signal::derive(move || {
        let mut head = vec![
            t_string!(i18n, common.chart_stage).to_string(),
            t_string!(i18n, common.chart_people).to_string(),
            t_string!(i18n, common.chart_share).to_string(),
        ];
        if with_machines {
            head.push(t_string!(i18n, common.chart_machines).to_string());
        }
        head
    });
    let bars = stages
        .into_iter()
        .map(|stage| {
            let people = stage.value as f64 / widest as f64 * 100.0;
            let machines = stage.machine as f64 / widest as f64 * 100.0;
            let height = if stage.machine > 0 { "6.5" } else { "10" };
            let label = stage.label.clone();
            view! {
                <div class="grid grid-cols-[minmax(0,1fr)_auto] items-baseline gap-x-4 gap-y-1 sm:grid-cols-[8rem_minmax(0,1fr)_9rem] sm:items-center">
                    <span class="truncate text-muted">{move || label.get()}</span>
                    <svg
                        class="chart order-last col-span-2 h-6 w-full sm:order-none sm:col-span-1"
                        viewBox="0 0 100 10"
                        preserveAspectRatio="none"
                        aria-hidden="true"
                        focusable="false"
                    >
                        <rect class="fill-chart-grid" x="0" y="0" width="100" height="10" />
                        <rect class="fill-chart-1" x="0" y="0" width=coordinate(people) height=height />
                        <rect class="fill-chart-machine" x="0" y="7.5" width=coordinate(machines) height="2.5" />
                    </svg>
                    <span class="flex items-baseline justify-end gap-2 tabular-nums">
                        <span class="font-semibold">{move || number(i18n.get_locale(), stage.value)}</span>
                        <span class="w-14 text-right text-[13px] text-muted">
                            {move || percent(i18n.get_locale(), share(stage.value))}
                        </span>
                    </span>
                </div>
            }
        })
        .collect_view();
    view! {
        <ChartFigure title text=text head rows csv bare>
            <div class="flex flex-col gap-3">{bars}</div>
        </ChartFigure>
    }
}
