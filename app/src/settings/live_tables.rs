//! The relays as all processes see them, and the processes.

use super::live::{figure, pace};
use super::live_lanes::lane_text;
use crate::ui::*;
use i18n::{I18nContext, Locale, t, t_string, use_i18n};
use leptos::prelude::*;
use types::engine::RelayStatus;
use types::live::{Live, LiveWorker};

pub(super) const HEAD: &str = "px-4 py-2 text-left text-[13px] font-medium text-muted";
pub(super) const HEAD_RIGHT: &str = "px-4 py-2 text-right text-[13px] font-medium text-muted";
pub(super) const CELL: &str = "px-4 py-2.5 align-top";
pub(super) const FIGURE: &str = "px-4 py-2.5 text-right align-top whitespace-nowrap tabular-nums";

/// A table that may be wider than a phone.
#[component]
pub(super) fn WideTable(#[prop(into)] caption: TextProp, children: Children) -> impl IntoView {
    let label = caption.clone();
    view! {
        <div class="overflow-x-auto" tabindex="0" role="region" aria-label=move || label.get()>
            <table class="w-full border-collapse text-sm">
                <caption class="sr-only">{move || caption.get()}</caption>
                {children()}
            </table>
        </div>
    }
    .into_any()
}

/// Each relay: whether it is used, and how much.
#[component]
pub(super) fn Relays(live: RwSignal<Live>) -> impl IntoView {
    let i18n = use_i18n();
    let relays = Memo::new(move |_| live.with(Live::relays));
    let none = Memo::new(move |_| relays.with(Vec::is_empty));
    let keys = Memo::new(move |_| relays.with(|all| all.iter().map(|it| it.key.clone()).collect::<Vec<_>>()));
    let table = move || {
        view! {
            <WideTable caption=move || t_string!(i18n, sending.relays)>
                <thead>
                    <tr>
                        <th scope="col" class=HEAD>{t!(i18n, common.name)}</th>
                        <th scope="col" class=HEAD>{t!(i18n, sending.live_state)}</th>
                        <th scope="col" class=HEAD_RIGHT>{t!(i18n, sending.live_connections)}</th>
                        <th scope="col" class=HEAD_RIGHT>{t!(i18n, sending.live_speed)}</th>
                    </tr>
                </thead>
                <tbody>
                    <For each=move || keys.get() key=String::clone let:key>
                        <RelayRow relays key />
                    </For>
                </tbody>
            </WideTable>
        }
    };
    view! {
        <Section title=move || t_string!(i18n, sending.relays)>
            <Card flush=true>
                <Show
                    when=move || !none.get()
                    fallback=move || view! { <p class="p-4 text-sm text-muted">{t!(i18n, sending.live_no_relays)}</p> }
                >
                    {table}
                </Show>
            </Card>
        </Section>
    }
    .into_any()
}

#[component]
fn RelayRow(relays: Memo<Vec<RelayStatus>>, key: String) -> impl IntoView {
    let i18n = use_i18n();
    let relay = Memo::new(move |_| {
        relays.with(|all| all.iter().find(|it| it.key == key).cloned().unwrap_or_default())
    });
    let trouble = Memo::new(move |_| relay.with(|it| it.trouble.clone()));
    let retry = move || {
        let seconds = relay.with(|it| it.retry_in_seconds).filter(|it| *it > 0.0)?;
        let time = duration(i18n.get_locale(), seconds);
        Some(t_string!(i18n, sending.live_retry, time = time).to_string())
    };
    let state = move || match trouble.get() {
        None => {
            view! { <Badge tone=Tone::Success text=move || t_string!(i18n, sending.live_fine) /> }.into_any()
        }
        Some(reason) => view! {
            <Badge tone=Tone::Warning icon=Icon::Warning text=move || t_string!(i18n, sending.live_alone) />
            <span class="mt-1 block text-[13px] text-muted">
                {move || trouble_text(i18n, &reason)} " " {retry}
            </span>
        }
        .into_any(),
    };
    let connections = move || {
        let locale = i18n.get_locale();
        let (open, allowed) = relay.with(|it| (it.open, it.connections));
        format!("{} / {}", figure(locale, open), figure(locale, allowed))
    };
    view! {
        <tr class="border-t border-line">
            <th scope="row" class=format!("{CELL} text-left font-medium break-words")>{move || relay.with(|it| it.name.clone())}</th>
            <td class=CELL>{state}</td>
            <td class=FIGURE>{connections}</td>
            <td class=FIGURE>{move || pace(i18n.get_locale(), relay.with(|it| it.per_second))}</td>
        </tr>
    }
    .into_any()
}

/// Why a relay is left alone; a reason of a newer version is shown by its code.
fn trouble_text(i18n: I18nContext<Locale>, reason: &str) -> String {
    match reason {
        "relay_unreachable" => t_string!(i18n, sending.live_unreachable).to_owned(),
        "relay_refuses" => t_string!(i18n, sending.live_refuses).to_owned(),
        "relay_insecure" => t_string!(i18n, sending.live_insecure).to_owned(),
        "relay_sign_in" => t_string!(i18n, sending.live_sign_in).to_owned(),
        other => other.to_owned(),
    }
}

/// The processes, also those that fell silent.
#[component]
pub(super) fn Workers(live: RwSignal<Live>) -> impl IntoView {
    let i18n = use_i18n();
    let ids = Memo::new(move |_| live.with(|it| it.workers.iter().map(|it| it.id).collect::<Vec<_>>()));
    view! {
        <Section title=move || t_string!(i18n, sending.live_workers)>
            <Card flush=true>
                <WideTable caption=move || t_string!(i18n, sending.live_workers)>
                    <thead>
                        <tr>
                            <th scope="col" class=HEAD>{t!(i18n, sending.live_worker)}</th>
                            <th scope="col" class=HEAD>{t!(i18n, sending.live_seen)}</th>
                            <th scope="col" class=HEAD>{t!(i18n, sending.live_since)}</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=move || ids.get() key=|id| *id let:id>
                            {live
                                .with_untracked(|it| it.workers.iter().find(|it| it.id == id).cloned())
                                .map(|worker| view! { <WorkerRow live worker /> })}
                        </For>
                    </tbody>
                </WideTable>
            </Card>
        </Section>
    }
    .into_any()
}

#[component]
fn WorkerRow(live: RwSignal<Live>, worker: LiveWorker) -> impl IntoView {
    let i18n = use_i18n();
    let id = worker.id;
    let silence = Memo::new(move |_| {
        live.with(|it| {
            let found = it.workers.iter().find(|it| it.id == id);
            found.map_or((0.0, false), |it| (it.silent_seconds, it.is_silent()))
        })
    });
    let is_silent = Memo::new(move |_| silence.get().1);
    let time = move || duration(i18n.get_locale(), silence.get().0);
    let seen = move || match is_silent.get() {
        true => view! {
            <Badge
                tone=Tone::Warning
                icon=Icon::Warning
                text=move || t_string!(i18n, sending.live_silent, time = time()).to_string()
            />
        }
        .into_any(),
        false => (move || t_string!(i18n, sending.live_seen_ago, time = time()).to_string()).into_any(),
    };
    // A process has a worker for each group of lanes, all under its name.
    let lanes = move || {
        let names = worker.status.lanes.iter().map(|it| lane_text(i18n, &it.lane));
        names.collect::<Vec<_>>().join(", ")
    };
    view! {
        <tr class="border-t border-line">
            <th scope="row" class=format!("{CELL} text-left font-medium")>
                <span class="block break-all">{worker.name}</span>
                <span class="block text-[13px] font-normal text-muted">{lanes}</span>
            </th>
            <td class=format!("{CELL} whitespace-nowrap tabular-nums")>{seen}</td>
            <td class=CELL><Moment at=worker.started_at /></td>
        </tr>
    }
    .into_any()
}
