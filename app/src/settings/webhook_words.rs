//! Webhooks in the reader's words.

use crate::ui::*;
use i18n::{I18nContext, Locale, t, t_string, use_i18n};
use leptos::prelude::*;
use types::webhooks::{DeliveryState, DisabledFor, EndpointState, EventType, Webhook};

/// What happened.
pub(super) fn event_name(i18n: I18nContext<Locale>, kind: EventType) -> &'static str {
    match kind {
        EventType::Accepted => t_string!(i18n, settings.event_accepted),
        EventType::Deferred => t_string!(i18n, settings.event_deferred),
        EventType::Sent => t_string!(i18n, settings.event_sent),
        EventType::Failed => t_string!(i18n, settings.event_failed),
        EventType::Suppressed => t_string!(i18n, settings.event_suppressed),
        EventType::Cancelled => t_string!(i18n, settings.event_cancelled),
        EventType::Ambiguous => t_string!(i18n, settings.event_ambiguous),
        EventType::Opened => t_string!(i18n, settings.event_opened),
        EventType::Clicked => t_string!(i18n, settings.event_clicked),
        EventType::Bounced => t_string!(i18n, settings.event_bounced),
        EventType::Complained => t_string!(i18n, settings.event_complained),
        EventType::Unsubscribed => t_string!(i18n, settings.event_unsubscribed),
        EventType::Test => t_string!(i18n, settings.event_test),
    }
}

/// Where an event stands.
pub(super) fn state_name(i18n: I18nContext<Locale>, state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Pending => t_string!(i18n, settings.webhook_pending),
        DeliveryState::Delivered => t_string!(i18n, settings.webhook_delivered),
        DeliveryState::Dead => t_string!(i18n, settings.webhook_dead),
    }
}

/// Where an event stands, as a badge.
#[component]
pub(super) fn StateBadge(state: DeliveryState) -> impl IntoView {
    let i18n = use_i18n();
    let tone = match state {
        DeliveryState::Pending => Tone::Neutral,
        DeliveryState::Delivered => Tone::Success,
        DeliveryState::Dead => Tone::Danger,
    };
    view! { <Badge tone text=move || state_name(i18n, state) /> }.into_any()
}

/// How an endpoint does, and since when.
#[component]
pub(super) fn Health(webhook: Webhook) -> impl IntoView {
    let i18n = use_i18n();
    let badge = match (webhook.state, webhook.disabled_for) {
        (EndpointState::Disabled, Some(DisabledFor::Gone)) => view! {
            <Badge tone=Tone::Danger text=move || t_string!(i18n, settings.webhook_gone) />
        }
        .into_any(),
        (EndpointState::Disabled, _) => view! {
            <Badge tone=Tone::Danger text=move || t_string!(i18n, settings.webhook_given_up) />
        }
        .into_any(),
        (EndpointState::Paused, _) => view! {
            <Badge tone=Tone::Warning text=move || t_string!(i18n, settings.webhook_paused) />
        }
        .into_any(),
        (EndpointState::Active, _) if webhook.failing_since.is_some() => view! {
            <Badge tone=Tone::Warning text=move || t_string!(i18n, settings.webhook_failing) />
        }
        .into_any(),
        (EndpointState::Active, _) if webhook.last_success_at.is_none() => view! {
            <Badge text=move || t_string!(i18n, settings.webhook_new) />
        }
        .into_any(),
        (EndpointState::Active, _) => view! {
            <Badge tone=Tone::Success text=move || t_string!(i18n, settings.webhook_fine) />
        }
        .into_any(),
    };
    let since = webhook.failing_since.map(|at| {
        view! {
            <span class="block text-[13px] text-muted">
                {t!(i18n, settings.webhook_failing_since)} " " <Moment at />
            </span>
        }
    });
    view! {
        {badge}
        {since}
    }
    .into_any()
}

/// Which events an endpoint gets.
#[component]
pub(super) fn Chosen(events: Vec<EventType>) -> impl IntoView {
    let i18n = use_i18n();
    if events.is_empty() {
        return view! { <Badge text=move || t_string!(i18n, settings.webhook_all_events) /> }.into_any();
    }
    view! {
        <span class="flex flex-wrap gap-1">
            {events
                .into_iter()
                .map(|kind| view! { <Badge text=move || event_name(i18n, kind) /> })
                .collect_view()}
        </span>
    }
    .into_any()
}
