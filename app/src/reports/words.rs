//! States, outcomes and rules in the reader's words.

use crate::ui::{Badge, Icon, Tone};
use i18n::{I18nContext, Locale, t_string, use_i18n};
use leptos::prelude::*;

/// A campaign's state (`CampaignState` as text) as a badge.
#[component]
pub fn StateBadge(#[prop(into)] state: String) -> impl IntoView {
    let i18n = use_i18n();
    let (tone, icon) = match state.as_str() {
        "in_review" => (Tone::Accent, Some(Icon::Clock)),
        "approved" => (Tone::Info, Some(Icon::Approvals)),
        "scheduled" => (Tone::Info, Some(Icon::Calendar)),
        "sending" => (Tone::Accent, Some(Icon::Send)),
        "paused" => (Tone::Warning, Some(Icon::Pause)),
        "finished" => (Tone::Success, Some(Icon::Done)),
        "rejected" => (Tone::Warning, Some(Icon::Undo)),
        "cancelled" => (Tone::Neutral, Some(Icon::Ban)),
        _ => (Tone::Neutral, None),
    };
    let text = move || state_text(i18n, &state);
    match icon {
        Some(icon) => view! { <Badge text tone icon /> }.into_any(),
        None => view! { <Badge text tone /> }.into_any(),
    }
}

/// A campaign's state in one or two words.
pub fn state_text(i18n: I18nContext<Locale>, state: &str) -> &'static str {
    match state {
        "rejected" => t_string!(i18n, reports.state_rejected),
        "in_review" => t_string!(i18n, reports.state_in_review),
        "approved" => t_string!(i18n, reports.state_approved),
        "scheduled" => t_string!(i18n, reports.state_scheduled),
        "sending" => t_string!(i18n, reports.state_sending),
        "paused" => t_string!(i18n, reports.state_paused),
        "finished" => t_string!(i18n, reports.state_finished),
        "cancelled" => t_string!(i18n, reports.state_cancelled),
        _ => t_string!(i18n, reports.state_draft),
    }
}

/// A ledger's outcome in a word.
pub fn outcome_text(i18n: I18nContext<Locale>, outcome: &str) -> &'static str {
    match outcome {
        "failed" => t_string!(i18n, reports.outcome_failed),
        "suppressed" => t_string!(i18n, reports.outcome_suppressed),
        "cancelled" => t_string!(i18n, reports.outcome_cancelled),
        "ambiguous" => t_string!(i18n, reports.outcome_ambiguous),
        _ => t_string!(i18n, reports.outcome_sent),
    }
}

/// Which rule held a message back, or what ended it.
pub fn rule_text(i18n: I18nContext<Locale>, outcome: &str, rule: &str, reply_code: Option<i16>) -> String {
    let text = match rule {
        "unsubscribed_all" => t_string!(i18n, reports.rule_unsubscribed_all),
        "not_subscribed" => t_string!(i18n, reports.rule_not_subscribed),
        "suppression_list" => t_string!(i18n, reports.rule_suppression_list),
        // Refused now, by the server that replied; without a reply it was held back for what happened earlier.
        "hard_bounce" if reply_code.is_some() => t_string!(i18n, reports.rule_bounced),
        "hard_bounce" => t_string!(i18n, reports.rule_hard_bounce),
        "duplicate_address" => t_string!(i18n, reports.rule_duplicate_address),
        "no_address" => t_string!(i18n, reports.rule_no_address),
        "erased" => t_string!(i18n, reports.rule_erased),
        "restricted" => t_string!(i18n, reports.rule_restricted),
        "complained" => t_string!(i18n, reports.rule_complained),
        "excluded" => t_string!(i18n, reports.rule_excluded),
        "retries_exhausted" => t_string!(i18n, reports.rule_retries_exhausted),
        "render_error" => t_string!(i18n, reports.rule_render_error),
        "expired" => t_string!(i18n, reports.rule_expired),
        "test_mode" => t_string!(i18n, reports.rule_test_mode),
        "capped" => t_string!(i18n, reports.rule_capped),
        "reply_5xx" => {
            let code = reply_code.map_or_else(|| "5xx".to_owned(), |code| code.to_string());
            return t_string!(i18n, reports.rule_reply_5xx, code = code).to_string();
        }
        _ => match outcome {
            "cancelled" => t_string!(i18n, reports.rule_cancelled),
            "ambiguous" => t_string!(i18n, reports.rule_ambiguous),
            _ => return t_string!(i18n, reports.rule_unknown, rule = rule.to_owned()).to_string(),
        },
    };
    text.to_owned()
}
