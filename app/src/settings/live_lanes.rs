//! The three lanes: how fast they are, what is open, what waits.

use super::live::{figure, pace};
use crate::ui::chart::Sparkline;
use crate::ui::*;
use i18n::{I18nContext, Locale, t, t_string, use_i18n};
use leptos::prelude::*;
use std::collections::VecDeque;
use types::engine::LaneStatus;
use types::live::Live;

/// Two minutes of answers.
const COURSE: usize = 60;

/// A lane by its name in the ledger.
pub(super) fn lane_text(i18n: I18nContext<Locale>, lane: &str) -> &'static str {
    match lane {
        "transactional" => t_string!(i18n, sending.lane_transactional),
        "operational" => t_string!(i18n, sending.lane_operational),
        _ => t_string!(i18n, sending.lane_marketing),
    }
}

/// One card a lane, the most urgent first.
#[component]
pub(super) fn Lanes(live: RwSignal<Live>, answers: RwSignal<u32>) -> impl IntoView {
    let lanes = Memo::new(move |_| live.with(Live::lanes));
    let cards = (0..3)
        .map(|at| {
            let lane = Memo::new(move |_| lanes.with(|it| it[at].clone()));
            view! { <OneLane lane answers /> }
        })
        .collect_view();
    view! { <div class="grid gap-4 lg:grid-cols-3">{cards}</div> }.into_any()
}

#[component]
fn OneLane(lane: Memo<LaneStatus>, answers: RwSignal<u32>) -> impl IntoView {
    let i18n = use_i18n();
    let name = lane.with_untracked(|it| it.lane.clone());
    let testid = format!("lane-{name}");
    let (for_title, for_course) = (name.clone(), name);
    let course = RwSignal::new(VecDeque::from([tenths(lane.with_untracked(|it| it.per_second))]));
    Effect::new(move |before: Option<()>| {
        answers.track();
        if before.is_some() {
            let now = tenths(lane.with_untracked(|it| it.per_second));
            course.update(|course| {
                course.push_back(now);
                if course.len() > COURSE {
                    course.pop_front();
                }
            });
        }
    });
    let label = StoredValue::new(for_course);
    let sparkline = move || {
        let values: Vec<u64> = course.with(|it| it.iter().copied().collect());
        let label = move || {
            let lane = label.with_value(|lane| lane_text(i18n, lane));
            t_string!(i18n, sending.live_course, lane = lane).to_string()
        };
        view! { <Sparkline label values /> }
    };
    let lines = move || {
        let locale = i18n.get_locale();
        let (open, busy, allowed) = lane.with(|it| (it.open, it.busy, it.lines));
        t_string!(
            i18n,
            sending.live_lines_value,
            busy = figure(locale, busy),
            open = figure(locale, open),
            allowed = figure(locale, allowed)
        )
        .to_string()
    };
    let waiting = move || figure(i18n.get_locale(), lane.with(|it| it.waiting));
    let oldest = move || match lane.with(|it| it.oldest_seconds) {
        Some(seconds) => duration(i18n.get_locale(), seconds),
        None => "–".to_owned(),
    };
    let row = move |name: AnyView, value: AnyView| {
        view! {
            <div class="flex flex-wrap justify-between gap-x-4">
                <dt class="text-muted">{name}</dt>
                <dd class="m-0 tabular-nums">{value}</dd>
            </div>
        }
    };
    view! {
        <Card title=move || lane_text(i18n, &for_title)>
            <div class="flex flex-col gap-3" data-testid=testid>
                <div class="flex flex-wrap items-end justify-between gap-x-4 gap-y-2">
                    <p>
                        <span class="block text-[28px] leading-8 font-semibold tracking-tight tabular-nums">
                            {move || pace(i18n.get_locale(), lane.with(|it| it.per_second))}
                        </span>
                        <span class="block text-[13px] text-muted">{t!(i18n, sending.live_per_second)}</span>
                    </p>
                    {sparkline}
                </div>
                <dl class="flex flex-col gap-1 border-t border-line pt-3 text-[13px]">
                    {row(t!(i18n, sending.live_lines).into_any(), lines.into_any())}
                    {row(t!(i18n, sending.live_waiting).into_any(), waiting.into_any())}
                    {row(t!(i18n, sending.live_oldest).into_any(), oldest.into_any())}
                </dl>
            </div>
        </Card>
    }
    .into_any()
}

/// The course is drawn in tenths, so that a slow lane is no flat line.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what a count can be"
)]
fn tenths(per_second: f64) -> u64 {
    (per_second * 10.0).round().clamp(0.0, 9e15) as u64
}
