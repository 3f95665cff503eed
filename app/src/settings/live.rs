//! What is being sent at this moment: lanes, relays, processes and sendings of the whole installation.

use super::frame::Frame;
use super::live_lanes::Lanes;
use super::live_running::Running;
use super::live_tables::{Relays, Workers};
use super::sending_api::live_sending;
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;
use types::live::{Live, LiveWorker};

/// How often it is asked: workers report as often.
const EVERY: Duration = Duration::from_secs(2);
/// How many questions without an answer may pass before the reader is told.
const PATIENCE: u32 = 3;

/// `/c/:unit/settings/live`
#[component]
pub(super) fn LiveSending() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let first = Resource::new(move || here.key.get(), live_sending);
    view! {
        <Frame current="live">
            <p class="mb-4 max-w-2xl text-sm text-muted">{t!(i18n, sending.live_text)}</p>
            <Transition fallback=|| view! { <SkeletonRows rows=8 /> }>
                {move || first.get().map(|answer| match answer {
                    Ok(first) => view! { <Now first /> }.into_any(),
                    Err(error) => view! {
                        <Notice tone=Tone::Danger>{move || error_text(i18n.get_locale(), &error)}</Notice>
                    }
                    .into_any(),
                })}
            </Transition>
        </Frame>
    }
    .into_any()
}

/// Everything below the tabs. Rows stay where they are and change in place, so that nothing flickers and nobody loses the focus.
#[component]
fn Now(first: Live) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let live = RwSignal::new(first);
    // Counts the answers, so that the courses move on although nothing has changed.
    let answers = RwSignal::new(0_u32);
    let missed = RwSignal::new(0_u32);
    let waiting = StoredValue::new(false);
    // One question at a time, and none while nobody looks.
    let ask = move || {
        if waiting.try_get_value() != Some(false) || document().hidden() {
            return;
        }
        waiting.try_set_value(true);
        let unit = here.key.get_untracked();
        spawn_local(async move {
            match live_sending(unit).await {
                Ok(now) => {
                    live.try_set(now);
                    missed.try_set(0);
                    let _ = answers.try_update(|count| *count = count.wrapping_add(1));
                }
                Err(_) => {
                    let _ = missed.try_update(|count| *count = count.saturating_add(1));
                }
            }
            waiting.try_set_value(false);
        });
    };
    Effect::new(move |_| {
        if let Ok(handle) = set_interval_with_handle(ask, EVERY) {
            on_cleanup(move || handle.clear());
        }
    });
    let any = Memo::new(move |_| live.with(|it| !it.workers.is_empty()));
    let all_silent =
        Memo::new(move |_| live.with(|it| any.get() && it.workers.iter().all(LiveWorker::is_silent)));
    let stale = Memo::new(move |_| missed.get() >= PATIENCE);
    // The only words that are read out by themselves: they change seldom.
    let notices = move || {
        view! {
            {stale.get().then(|| view! { <Notice tone=Tone::Warning>{t!(i18n, sending.live_stale)}</Notice> })}
            {all_silent.get().then(|| view! { <Notice tone=Tone::Danger>{t!(i18n, sending.live_all_silent)}</Notice> })}
        }
    };
    let nobody = move || {
        view! {
            <Card>
                <EmptyState
                    icon=Icon::Activity
                    title=move || t_string!(i18n, sending.live_no_worker)
                    text=move || t_string!(i18n, sending.live_no_worker_text)
                />
            </Card>
        }
    };
    view! {
        <div role="status" class=move || if stale.get() || all_silent.get() { "mb-4 flex flex-col gap-2" } else { "" }>
            {notices}
        </div>
        <Show when=move || any.get() fallback=nobody>
            <Lanes live answers />
        </Show>
        <div class="mt-8">
            <Running live />
        </div>
        <Show when=move || any.get()>
            <Relays live />
            <Workers live />
        </Show>
    }
    .into_any()
}

/// A rate as it reads best: tenths where it is slow.
pub(super) fn pace(locale: i18n::Locale, per_second: f64) -> String {
    decimal(locale, per_second, usize::from(per_second < 9.95))
}

/// A count for people.
pub(super) fn figure(locale: i18n::Locale, value: usize) -> String {
    number(locale, u64::try_from(value).unwrap_or(u64::MAX))
}
