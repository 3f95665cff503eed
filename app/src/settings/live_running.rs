//! What is being sent at this moment, in all units.

use super::live::pace;
use super::live_lanes::lane_text;
use super::live_tables::{CELL, FIGURE, HEAD, HEAD_RIGHT, WideTable};
use crate::layout::unit_href;
use crate::messages::words::{limit_text, standstill_text};
use crate::ui::*;
use i18n::{I18nContext, Locale, t, t_string, use_i18n};
use leptos::prelude::*;
use types::live::{Live, RunningDispatch};

fn count(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

/// The sendings that are not over.
#[component]
pub(super) fn Running(live: RwSignal<Live>) -> impl IntoView {
    let i18n = use_i18n();
    let none = Memo::new(move |_| live.with(|it| it.dispatches.is_empty()));
    let ids = Memo::new(move |_| live.with(|it| it.dispatches.iter().map(|it| it.id).collect::<Vec<_>>()));
    let nothing = move || {
        view! {
            <EmptyState
                icon=Icon::Send
                title=move || t_string!(i18n, sending.live_running_none)
                text=move || t_string!(i18n, sending.live_running_none_text)
            />
        }
    };
    let table = move || {
        view! {
            <WideTable caption=move || t_string!(i18n, sending.live_running)>
                <thead>
                    <tr>
                        <th scope="col" class=HEAD>{t!(i18n, sending.live_message)}</th>
                        <th scope="col" class=HEAD>{t!(i18n, sending.live_progress)}</th>
                        <th scope="col" class=HEAD_RIGHT>{t!(i18n, sending.live_average)}</th>
                        <th scope="col" class=HEAD>{t!(i18n, sending.live_started)}</th>
                    </tr>
                </thead>
                <tbody>
                    <For each=move || ids.get() key=|id| *id let:id>
                        {live
                            .with_untracked(|it| it.dispatches.iter().find(|it| it.id == id).cloned())
                            .map(|first| view! { <Row live first /> })}
                    </For>
                </tbody>
            </WideTable>
        }
    };
    view! {
        <Section title=move || t_string!(i18n, sending.live_running)>
            <Card flush=true>
                <Show when=move || !none.get() fallback=nothing>
                    {table}
                </Show>
            </Card>
        </Section>
    }
    .into_any()
}

#[component]
fn Row(live: RwSignal<Live>, first: RunningDispatch) -> impl IntoView {
    let i18n = use_i18n();
    let id = first.id;
    let (unit, lane) = (first.unit_name.clone(), first.lane.clone());
    let name = first.name.clone();
    let label = move || {
        name.clone()
            .unwrap_or_else(|| t_string!(i18n, sending.live_single).to_owned())
    };
    let title = match first.campaign {
        Some(campaign) => {
            let href = unit_href(&first.unit, &format!("/messages/{campaign}"));
            view! { <a href=href class="text-accent underline">{label.clone()}</a> }.into_any()
        }
        None => label.clone().into_any(),
    };
    let started = first.started_at.map(|at| view! { <Moment at /> });
    let row = Memo::new(move |_| {
        live.with(|it| it.dispatches.iter().find(|it| it.id == id).cloned())
            .unwrap_or_else(|| first.clone())
    });
    let done = Signal::derive(move || row.with(|it| count(it.done)));
    let total = Signal::derive(move || row.with(|it| count(it.audience)));
    let state = Memo::new(move |_| row.with(|it| it.state.clone()));
    let reason = Memo::new(move |_| row.with(|it| it.stopped_reason.clone()));
    let figures = move || {
        let locale = i18n.get_locale();
        let (done, total) = (done.get(), total.get());
        if total == 0 {
            return number(locale, done);
        }
        t_string!(
            i18n,
            common.progress_of,
            done = number(locale, done),
            total = number(locale, total),
            share = percent(locale, done as f64 / total as f64)
        )
        .to_string()
    };
    let limit = move || {
        let limit = row.with(|it| it.throttle_per_hour)?;
        let text = limit_text(i18n, u64::try_from(limit).ok()?);
        Some(view! { <span class="block text-[13px] text-muted">{text}</span> })
    };
    let stands_still = move || {
        reason.get().map(|reason| {
            view! {
                <span class="mt-1 block max-w-md text-[13px] text-warning">
                    {move || standstill_text(i18n, &reason)}
                </span>
            }
        })
    };
    view! {
        <tr class="border-t border-line">
            <th scope="row" class=format!("{CELL} text-left font-medium")>
                {title}
                <span class="block text-[13px] font-normal text-muted">
                    {unit} ", " {move || lane_text(i18n, &lane)}
                </span>
            </th>
            <td class=format!("{CELL} min-w-48")>
                <ProgressLine label=label done total />
                <span class="mt-1 flex flex-wrap justify-between gap-x-4 text-[13px] text-muted tabular-nums">
                    <span>{move || state.with(|state| state_text(i18n, state))}</span>
                    <span>{figures}</span>
                </span>
                {stands_still}
            </td>
            <td class=FIGURE>
                {move || {
                    let locale = i18n.get_locale();
                    let speed = pace(locale, row.with(|it| it.per_second));
                    t_string!(i18n, common.progress_rate, rate = speed).to_string()
                }}
                {limit}
            </td>
            <td class=CELL>{started}</td>
        </tr>
    }
    .into_any()
}

fn state_text(i18n: I18nContext<Locale>, state: &str) -> &'static str {
    match state {
        "expanding" => t_string!(i18n, campaigns.progress_expanding),
        "paused" => t_string!(i18n, campaigns.progress_paused),
        "cancelling" => t_string!(i18n, sending.live_cancelling),
        _ => t_string!(i18n, campaigns.progress_sending),
    }
}
