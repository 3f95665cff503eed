//! Things compared by length.

use super::{ChartFigure, Ink, coordinate};
use crate::ui::format::{number, percent};
use i18n::{t_string, use_i18n};
use leptos::prelude::*;

/// One bar of [`Bars`].
#[derive(Clone)]
pub struct Bar {
    pub label: String,
    pub value: u64,
    /// Where the label leads (opens elsewhere), if anywhere.
    pub href: Option<String>,
}

/// Horizontal bars, each with its count and its share of `whole` (of their sum, when absent).
#[component]
pub fn Bars(
    #[prop(into)] title: TextProp,
    #[prop(optional, into)] text: Option<TextProp>,
    /// What a bar is, for the head of the table behind: "Link", "Reason".
    #[prop(into)]
    kind: TextProp,
    bars: Vec<Bar>,
    #[prop(optional)] whole: Option<u64>,
    #[prop(optional)] ink: Ink,
    #[prop(optional, into)] csv: Option<String>,
    #[prop(optional)] bare: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let longest = bars.iter().map(|bar| bar.value).max().unwrap_or(0).max(1);
    let whole = whole.unwrap_or_else(|| bars.iter().map(|bar| bar.value).sum());
    let share = move |value: u64| value as f64 / whole as f64;
    let rows = {
        let bars = bars.clone();
        Signal::derive(move || {
            let locale = i18n.get_locale();
            bars.iter()
                .map(|bar| {
                    vec![
                        bar.label.clone(),
                        number(locale, bar.value),
                        percent(locale, share(bar.value)),
                    ]
                })
                .collect::<Vec<_>>()
        })
    };
    let head = Signal::derive(move || {
        vec![
            kind.get().to_string(),
            t_string!(i18n, common.chart_count).to_string(),
            t_string!(i18n, common.chart_share).to_string(),
        ]
    });
    let drawn = bars
        .into_iter()
        .map(|Bar { label, value, href }| {
            let name = match href {
                Some(href) => view! {
                    <a href=href target="_blank" rel="external noopener noreferrer" class="truncate text-ink underline">
                        {label}
                    </a>
                }
                .into_any(),
                None => view! { <span class="truncate">{label}</span> }.into_any(),
            };
            view! {
                <div class="flex flex-col gap-1">
                    <div class="flex items-baseline justify-between gap-4">
                        {name}
                        <span class="flex flex-none items-baseline gap-2 tabular-nums">
                            <span class="font-medium">{move || number(i18n.get_locale(), value)}</span>
                            <span class="w-14 text-right text-[13px] text-muted">
                                {move || percent(i18n.get_locale(), share(value))}
                            </span>
                        </span>
                    </div>
                    <svg class="chart h-1.5 w-full" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
                        <rect class="fill-chart-grid" x="0" y="0" width="100" height="10" />
                        <rect class=ink.fill() x="0" y="0" width=coordinate(value as f64 / longest as f64 * 100.0) height="10" />
                    </svg>
                </div>
            }
        })
        .collect_view();
    view! {
        <ChartFigure title text=text head rows csv bare>
            <div class="flex flex-col gap-3">{drawn}</div>
        </ChartFigure>
    }
}
