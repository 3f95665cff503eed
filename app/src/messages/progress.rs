//! The sending as it goes: asked for every second while it runs, so that a reload changes nothing.

use super::api::follow_campaign;
use crate::layout::use_here;
use crate::reports::outcome_text;
use crate::ui::*;
use i18n::{t_string, use_i18n};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::VecDeque;
use std::time::Duration;
use types::CampaignId;
use types::campaigns::{CampaignProgress, CampaignState};

/// How often it is asked.
const EVERY: Duration = Duration::from_secs(1);
/// Over how many answers the rate is measured.
const WINDOW: usize = 8;

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
    let recent = StoredValue::new(VecDeque::<i64>::new());
    let rate = RwSignal::new(0.0_f64);
    let take = move |progress: CampaignProgress| {
        let handed = progress.sent + progress.failed + progress.ambiguous;
        let speed = recent.try_update_value(|recent| {
            recent.push_back(handed);
            if recent.len() > WINDOW {
                recent.pop_front();
            }
            measured(recent)
        });
        let sending = progress.state == CampaignState::Sending;
        let speed = speed.flatten().unwrap_or(progress.per_second);
        rate.try_set(if sending { speed } else { 0.0 });
        let before = latest
            .try_get_untracked()
            .flatten()
            .map(|it| (it.state, pause(&it)));
        let now = (progress.state, pause(&progress));
        latest.try_set(Some(progress));
        if before.is_some_and(|before| before != now) {
            reload.run(());
        }
    };
    Effect::new(move |_| {
        if let Some(Ok(progress)) = first.get() {
            take(progress);
        }
    });
    // One question at a time: a slow answer puts the next one off.
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
        if second.is_none_or(|it| it % pause != 0) || waiting.try_get_value() != Some(false) {
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
    let shown = move || {
        let latest = latest.try_get().flatten();
        latest.or_else(|| first.try_get().flatten().and_then(Result::ok))
    };
    view! {
        <Transition fallback=|| view! { <SkeletonRows rows=3 /> }>
            {move || {
                // Nothing to show before it has begun.
                shown().filter(|it| it.started_at.is_some()).map(|progress| view! { <Shown progress rate /> })
            }}
        </Transition>
    }
    .into_any()
}

/// Outcomes a second over the last answers; none while there are too few.
fn measured(recent: &VecDeque<i64>) -> Option<f64> {
    let (first, last) = (recent.front()?, recent.back()?);
    let gaps = recent.len() - 1;
    (gaps >= 3).then(|| (last - first) as f64 / gaps as f64)
}

#[component]
fn Shown(progress: CampaignProgress, rate: RwSignal<f64>) -> impl IntoView {
    let i18n = use_i18n();
    let label = move || match (progress.state, progress.expanding) {
        (CampaignState::Sending, true) => t_string!(i18n, campaigns.progress_expanding),
        (CampaignState::Sending, false) => t_string!(i18n, campaigns.progress_sending),
        (CampaignState::Paused, _) => t_string!(i18n, campaigns.progress_paused),
        (CampaignState::Cancelled, _) => t_string!(i18n, campaigns.progress_cancelled),
        (CampaignState::Finished, _) => t_string!(i18n, campaigns.progress_finished),
        _ => t_string!(i18n, campaigns.progress_expanding),
    };
    let tone = match progress.state {
        CampaignState::Paused => Tone::Warning,
        CampaignState::Finished => Tone::Success,
        _ => Tone::Accent,
    };
    let (done, total) = (count(progress.done()), count(progress.audience));
    let reason = progress.stopped_reason.clone().map(|reason| {
        view! {
            <Notice tone=Tone::Warning>
                {move || match reason.as_str() {
                    "seal_broken" => t_string!(i18n, campaigns.stopped_seal_broken).to_string(),
                    "relay_unreachable" => t_string!(i18n, campaigns.stopped_relay).to_string(),
                    "ledger_unbalanced" => t_string!(i18n, campaigns.stopped_ledger).to_string(),
                    other => t_string!(i18n, campaigns.stopped_reason, reason = other.to_owned()).to_string(),
                }}
            </Notice>
        }
    });
    let numbers = [
        ("sent", progress.sent),
        ("failed", progress.failed),
        ("suppressed", progress.suppressed),
        ("cancelled", progress.cancelled),
        ("ambiguous", progress.ambiguous),
    ];
    let facts = numbers
        .into_iter()
        .filter(|(kind, value)| *kind == "sent" || *value > 0)
        .map(|(kind, value)| {
            view! {
                <div>
                    <dt class="text-[13px] text-muted">{move || outcome_text(i18n, kind)}</dt>
                    <dd class="text-lg font-semibold tabular-nums" data-testid=format!("outcome-{kind}")>
                        {move || number(i18n.get_locale(), count(value))}
                    </dd>
                </div>
            }
        })
        .collect_view();
    let deferred = (progress.deferred > 0).then(|| {
        view! {
            <div>
                <dt class="text-[13px] text-muted">{move || t_string!(i18n, campaigns.deferred)}</dt>
                <dd class="text-lg font-semibold tabular-nums">{move || number(i18n.get_locale(), count(progress.deferred))}</dd>
            </div>
        }
    });
    view! {
        <Card>
            <div class="flex flex-col gap-4" data-testid="progress">
                <Progress label done=Signal::stored(done) total=Signal::stored(total) rate tone />
                {reason}
                <dl class="flex flex-wrap gap-x-8 gap-y-3">{facts} {deferred}</dl>
            </div>
        </Card>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::measured;

    #[test]
    fn the_rate_is_that_of_the_last_seconds() {
        assert_eq!(measured(&[0, 10, 20].into()), None);
        assert_eq!(measured(&[100, 110, 130, 160].into()), Some(20.0));
    }
}
