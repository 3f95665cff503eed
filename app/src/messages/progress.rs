//! The sending as it goes: asked for every second while it runs, so that a reload changes nothing.

use super::api::follow_campaign;
use super::speed::{SpeedDialog, SpeedLine};
use super::words::standstill_text;
use crate::layout::use_here;
use crate::reports::outcome_text;
use crate::ui::*;
use i18n::{t_string, use_i18n};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::VecDeque;
use std::time::Duration;
use types::CampaignId;
use types::access::Permission;
use types::campaigns::{CampaignProgress, CampaignState};

/// How often it is asked.
const EVERY: Duration = Duration::from_secs(1);
/// Over how long the rate is measured, and how long it takes until it can be told.
const WINDOW: f64 = 30.0;
const SOONEST: f64 = 3.0;

fn count(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

/// After how many seconds it is worth asking again; none: nothing changes any more.
fn pause(progress: &CampaignProgress) -> Option<u32> {
    match progress.state {
        CampaignState::Scheduled | CampaignState::Sending | CampaignState::Paused => Some(1),
        CampaignState::InReview | CampaignState::Approved => Some(5),
        CampaignState::Cancelled if progress.done() < progress.audience => Some(1),
        _ => None,
    }
}

/// Progress with its counts. `reload` is called when the state changes, so that the page shows what can be done now.
#[component]
pub(super) fn Live(id: CampaignId, reload: Callback<()>) -> impl IntoView {
    let here = use_here();
    let first = Resource::new(move || here.key.get(), move |unit| follow_campaign(unit, id));
    let latest = RwSignal::new(None::<CampaignProgress>);
    let recent = StoredValue::new(VecDeque::<(f64, i64)>::new());
    let rate = RwSignal::new(0.0_f64);
    let take = move |progress: CampaignProgress| {
        let before = latest.try_get_untracked().flatten();
        // Another limit, or a pause: what was measured before says nothing about what comes.
        let anew = before.as_ref().is_some_and(|before| {
            before.throttle_per_hour != progress.throttle_per_hour || before.state != progress.state
        });
        let measured = recent.try_update_value(|recent| {
            if anew {
                recent.clear();
            }
            let handed = progress.sent + progress.failed + progress.ambiguous;
            measure(recent, js_sys::Date::now() / 1000.0, handed)
        });
        rate.try_set(speed(&progress, measured.flatten()));
        let now = (progress.state, pause(&progress));
        latest.try_set(Some(progress));
        if before.is_some_and(|it| (it.state, pause(&it)) != now) {
            reload.run(());
        }
    };
    Effect::new(move |_| {
        if let Some(Ok(progress)) = first.get() {
            take(progress);
        }
    });
    // One question at a time: a slow answer puts the next one off. None while nobody looks.
    let waiting = StoredValue::new(false);
    let seconds = StoredValue::new(0_u32);
    let ask = move || {
        let Some(pause) = latest.try_get_untracked().flatten().and_then(|it| pause(&it)) else {
            return;
        };
        let second = seconds.try_update_value(|it| {
            *it = it.wrapping_add(1);
            *it
        });
        let idle = waiting.try_get_value() == Some(false) && !document().hidden();
        if second.is_none_or(|it| it % pause != 0) || !idle {
            return;
        }
        waiting.try_set_value(true);
        let unit = here.key.get_untracked();
        spawn_local(async move {
            // A question without an answer (offline, a restart) is asked again in a second.
            if let Ok(progress) = follow_campaign(unit, id).await {
                take(progress);
            }
            waiting.try_set_value(false);
        });
    };
    Effect::new(move |_| {
        if let Ok(handle) = set_interval_with_handle(ask, EVERY) {
            on_cleanup(move || handle.clear());
        }
    });
    let may = here.may(Permission::ControlSending);
    let changing = RwSignal::new(false);
    view! {
        <Transition fallback=|| view! { <SkeletonRows rows=3 /> }>
            {move || {
                first
                    .get()
                    .and_then(Result::ok)
                    .map(|initial| {
                        // What is shown stays and changes in place: a button keeps its focus from one answer to the next.
                        let progress = Memo::new(move |_| {
                            latest.try_get().flatten().unwrap_or_else(|| initial.clone())
                        });
                        // Nothing to show before it has begun.
                        let begun = Memo::new(move |_| progress.with(|it| it.started_at.is_some()));
                        view! {
                            <Show when=move || begun.get()>
                                <Shown progress rate may changing />
                                {may.then(|| view! { <SpeedDialog id progress open=changing /> })}
                            </Show>
                        }
                    })
            }}
        </Transition>
    }
    .into_any()
}

/// Outcomes a second over the last half minute; none while too little of it has passed.
fn measure(recent: &mut VecDeque<(f64, i64)>, now: f64, handed: i64) -> Option<f64> {
    // A clock that was set back, or a window that was hidden: what is old says nothing about now.
    recent.retain(|(at, _)| (now - WINDOW..=now).contains(at));
    recent.push_back((now, handed));
    let (from, first) = recent.front()?;
    let seconds = now - from;
    (seconds >= SOONEST).then(|| (handed - first).max(0) as f64 / seconds)
}

/// What to show, and to reckon the time left by. Where a limit lets so few through that none of them fell into the window, it is the
/// limit that says how fast it goes.
fn speed(progress: &CampaignProgress, measured: Option<f64>) -> f64 {
    if progress.state != CampaignState::Sending {
        return 0.0;
    }
    let limit = progress.throttle_per_hour.map(|it| f64::from(it) / 3600.0);
    match (measured, limit) {
        (Some(rate), Some(limit))
            if is_slow(limit) && rate <= 2.0 * limit && progress.stopped_reason.is_none() =>
        {
            limit
        }
        (Some(rate), _) => rate,
        (None, Some(limit)) => progress.per_second.min(limit),
        (None, None) => progress.per_second,
    }
}

fn is_slow(limit: f64) -> bool {
    limit * WINDOW < 10.0
}

#[component]
fn Shown(
    progress: Memo<CampaignProgress>,
    rate: RwSignal<f64>,
    may: bool,
    changing: RwSignal<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let state = Memo::new(move |_| progress.with(|it| it.state));
    let label = move || match (state.get(), progress.with(|it| it.expanding)) {
        (CampaignState::Sending, false) => t_string!(i18n, campaigns.progress_sending),
        (CampaignState::Paused, _) => t_string!(i18n, campaigns.progress_paused),
        (CampaignState::Cancelled, _) => t_string!(i18n, campaigns.progress_cancelled),
        (CampaignState::Finished, _) => t_string!(i18n, campaigns.progress_finished),
        _ => t_string!(i18n, campaigns.progress_expanding),
    };
    let done = Signal::derive(move || progress.with(|it| count(it.done())));
    let total = Signal::derive(move || progress.with(|it| count(it.audience)));
    let bar = move || {
        let tone = match state.get() {
            CampaignState::Paused => Tone::Warning,
            CampaignState::Finished => Tone::Success,
            _ => Tone::Accent,
        };
        view! { <Progress label done total rate tone /> }
    };
    let reason = Memo::new(move |_| progress.with(|it| it.stopped_reason.clone()));
    let stands_still = move || {
        reason.get().map(|reason| {
            view! { <Notice tone=Tone::Warning>{move || standstill_text(i18n, &reason)}</Notice> }
        })
    };
    let figure = move |label: AnyView, value: i64, testid: Option<String>| {
        view! {
            <div>
                <dt class="text-[13px] text-muted">{label}</dt>
                <dd class="text-lg font-semibold tabular-nums" data-testid=testid>
                    {move || number(i18n.get_locale(), count(value))}
                </dd>
            </div>
        }
    };
    let facts = move || {
        let it = progress.get();
        let numbers = [
            ("sent", it.sent),
            ("failed", it.failed),
            ("suppressed", it.suppressed),
            ("cancelled", it.cancelled),
            ("ambiguous", it.ambiguous),
        ];
        let outcomes = numbers
            .into_iter()
            .filter(|(kind, value)| *kind == "sent" || *value > 0)
            .map(|(kind, value)| {
                let label = (move || outcome_text(i18n, kind)).into_any();
                figure(label, value, Some(format!("outcome-{kind}")))
            })
            .collect_view();
        let deferred = (it.deferred > 0).then(|| {
            let label = (move || t_string!(i18n, campaigns.deferred)).into_any();
            figure(label, it.deferred, None)
        });
        view! { {outcomes} {deferred} }
    };
    view! {
        <Card>
            <div class="flex flex-col gap-4" data-testid="progress">
                {bar}
                {stands_still}
                <dl class="flex flex-wrap gap-x-8 gap-y-3">{facts}</dl>
                <SpeedLine progress may changing />
            </div>
        </Card>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_that_of_the_last_half_minute() {
        let mut recent = VecDeque::new();
        assert_eq!(measure(&mut recent, 100.0, 0), None);
        assert_eq!(measure(&mut recent, 102.0, 20), None);
        assert_eq!(measure(&mut recent, 104.0, 40), Some(10.0));
        assert_eq!(
            measure(&mut recent, 133.0, 40),
            Some(0.0),
            "the first two are too old"
        );
        assert_eq!(recent.len(), 2);
        assert_eq!(measure(&mut recent, 50.0, 40), None, "the clock was set back");
    }

    #[test]
    fn a_slow_limit_says_the_speed_itself() {
        let mut progress = CampaignProgress {
            state: CampaignState::Sending,
            expanding: false,
            stopped_reason: None,
            audience: 100,
            sent: 0,
            failed: 0,
            suppressed: 0,
            cancelled: 0,
            ambiguous: 0,
            deferred: 0,
            throttle_per_hour: Some(36),
            per_second: 3.0,
            seconds_left: None,
            started_at: None,
            finished_at: None,
        };
        assert_eq!(speed(&progress, Some(0.0)), 0.01);
        assert_eq!(speed(&progress, None), 0.01);
        assert_eq!(speed(&progress, Some(5.0)), 5.0, "a burst");
        progress.stopped_reason = Some("relay_unreachable".into());
        assert_eq!(speed(&progress, Some(0.0)), 0.0, "it stands still");
        progress.throttle_per_hour = None;
        assert_eq!(speed(&progress, Some(0.0)), 0.0);
        assert_eq!(speed(&progress, None), 3.0);
        progress.state = CampaignState::Paused;
        assert_eq!(speed(&progress, Some(5.0)), 0.0);
    }
}
