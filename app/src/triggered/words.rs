//! Parameters, states, events and rules in the reader's words.

use crate::reports::{outcome_text, rule_text};
use crate::ui::*;
use i18n::{I18nContext, Locale, t, t_string, use_i18n};
use leptos::prelude::*;
use types::campaigns::CampaignState;
use types::definitions::Usage;
use types::messages::{Definition, MessageState, Parameter, ParameterKind, RuleEvaluated};

const HEAD: &str = "px-4 py-2 text-left text-[13px] font-medium text-muted";

/// What a parameter may be.
pub(crate) fn kind_text(i18n: I18nContext<Locale>, kind: ParameterKind) -> &'static str {
    match kind {
        ParameterKind::Text => t_string!(i18n, triggered.kind_text),
        ParameterKind::Number => t_string!(i18n, triggered.kind_number),
        ParameterKind::Boolean => t_string!(i18n, triggered.kind_boolean),
        ParameterKind::Date => t_string!(i18n, triggered.kind_date),
        ParameterKind::DateTime => t_string!(i18n, triggered.kind_date_time),
        ParameterKind::List => t_string!(i18n, triggered.kind_list),
        ParameterKind::Object => t_string!(i18n, triggered.kind_object),
    }
}

/// "Text, required", "Number, otherwise 7: how many were ordered"
pub(crate) fn parameter_text(i18n: I18nContext<Locale>, it: &Parameter) -> String {
    let mut parts = vec![kind_text(i18n, it.kind).to_owned()];
    // With a default a call may leave it out all the same.
    if it.required && it.default.is_none() {
        parts.push(t_string!(i18n, triggered.is_required).to_owned());
    }
    if let Some(default) = &it.default {
        let default = default
            .as_str()
            .map_or_else(|| default.to_string(), |text| format!("“{text}”"));
        parts.push(t_string!(i18n, triggered.otherwise, value = default).to_string());
    }
    let text = parts.join(", ");
    if it.description.is_empty() {
        text
    } else {
        format!("{text}: {}", it.description)
    }
}

/// What calls give, one below the other.
#[component]
pub(crate) fn ParameterList(parameters: Vec<Parameter>) -> impl IntoView {
    let i18n = use_i18n();
    if parameters.is_empty() {
        return view! { <p class="text-muted">{t!(i18n, triggered.no_parameters)}</p> }.into_any();
    }
    let rows = parameters
        .into_iter()
        .map(|it| {
            let name = it.name.clone();
            view! {
                <div class="border-t border-line py-2 first:border-t-0">
                    <dt><code class="text-[13px] font-medium break-all">{name}</code></dt>
                    <dd class="text-[13px] text-muted break-words">{move || parameter_text(i18n, &it)}</dd>
                </div>
            }
        })
        .collect_view();
    view! { <dl class="-my-2">{rows}</dl> }.into_any()
}

/// Whether calls are taken, and what is being prepared beside it.
#[component]
pub(super) fn DefinitionBadges(definition: Definition) -> impl IntoView {
    let i18n = use_i18n();
    let live = definition.live.is_some();
    let state = definition.state;
    let first = if definition.archived_at.is_some() {
        view! { <Badge text=move || t_string!(i18n, triggered.state_archived) tone=Tone::Neutral icon=Icon::Ban /> }.into_any()
    } else if !definition.is_active {
        view! { <Badge text=move || t_string!(i18n, triggered.state_paused) tone=Tone::Warning icon=Icon::Pause /> }.into_any()
    } else if live {
        view! { <Badge text=move || t_string!(i18n, triggered.state_live) tone=Tone::Success icon=Icon::Done /> }.into_any()
    } else if state == CampaignState::InReview {
        view! { <Badge text=move || t_string!(i18n, triggered.state_in_review) tone=Tone::Accent icon=Icon::Clock /> }.into_any()
    } else {
        view! { <Badge text=move || t_string!(i18n, triggered.state_draft) icon=Icon::Draft /> }.into_any()
    };
    let second = match (live, state) {
        (true, CampaignState::InReview) => {
            Some(view! { <Badge text=move || t_string!(i18n, triggered.next_in_review) tone=Tone::Accent icon=Icon::Clock /> }.into_any())
        }
        (true, CampaignState::Draft) => {
            Some(view! { <Badge text=move || t_string!(i18n, triggered.next_drafted) icon=Icon::Draft /> }.into_any())
        }
        _ => None,
    };
    view! { <span class="inline-flex flex-wrap gap-1.5">{first} {second}</span> }.into_any()
}

/// "1,234", or "100,000+" where counting ended.
pub(super) fn count_text(i18n: I18nContext<Locale>, count: i64) -> String {
    let figure = number(i18n.get_locale(), u64::try_from(count).unwrap_or(0));
    if count >= Usage::MOST {
        format!("{figure}+")
    } else {
        figure
    }
}

/// Where a message stands.
pub(super) fn state_text(i18n: I18nContext<Locale>, state: MessageState) -> &'static str {
    match state {
        MessageState::Scheduled => t_string!(i18n, triggered.message_scheduled),
        MessageState::Queued => t_string!(i18n, triggered.message_queued),
        MessageState::Retrying => t_string!(i18n, triggered.message_retrying),
        end => outcome_text(i18n, end.as_str()),
    }
}

/// Where a message stands, as a badge.
#[component]
pub(super) fn MessageBadge(state: MessageState) -> impl IntoView {
    let i18n = use_i18n();
    let (tone, icon) = match state {
        MessageState::Scheduled => (Tone::Info, Icon::Calendar),
        MessageState::Queued => (Tone::Accent, Icon::Clock),
        MessageState::Retrying => (Tone::Warning, Icon::Retry),
        MessageState::Sent => (Tone::Success, Icon::Done),
        MessageState::Failed => (Tone::Danger, Icon::Failed),
        MessageState::Suppressed | MessageState::Cancelled => (Tone::Neutral, Icon::Ban),
        MessageState::Ambiguous => (Tone::Warning, Icon::Help),
    };
    view! { <Badge text=move || state_text(i18n, state) tone icon /> }.into_any()
}

/// What happened to a message.
pub(super) fn event_text(i18n: I18nContext<Locale>, kind: &str) -> String {
    match kind {
        "accepted" => t_string!(i18n, triggered.event_accepted).to_owned(),
        "deferred" => t_string!(i18n, triggered.event_deferred).to_owned(),
        "opened" => t_string!(i18n, triggered.event_opened).to_owned(),
        "clicked" => t_string!(i18n, triggered.event_clicked).to_owned(),
        "bounced" => t_string!(i18n, triggered.event_bounced).to_owned(),
        "complained" => t_string!(i18n, triggered.event_complained).to_owned(),
        "unsubscribed" => t_string!(i18n, triggered.event_unsubscribed).to_owned(),
        "sent" | "failed" | "suppressed" | "cancelled" | "ambiguous" => outcome_text(i18n, kind).to_owned(),
        other => other.to_owned(),
    }
}

/// Every rule that is looked at: whether it is so, and whether it counts for this kind of message.
#[component]
pub(super) fn RuleTable(
    rules: Vec<RuleEvaluated>,
    /// It was so when the message was accepted; else it would be so now.
    past: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let rows = rules
        .into_iter()
        .map(|it| {
            let RuleEvaluated { rule, met, counts } = it;
            let (icon, tone) = match (met, counts) {
                (true, true) => (Icon::Ban, "text-danger"),
                (true, false) => (Icon::Info, "text-muted"),
                _ => (Icon::Check, "text-success"),
            };
            let what = move || match (met, counts) {
                (true, true) if past => t_string!(i18n, triggered.rule_held),
                (true, true) => t_string!(i18n, triggered.rule_would_hold),
                (true, false) => t_string!(i18n, triggered.rule_does_not_count),
                (false, _) => t_string!(i18n, triggered.rule_not_so),
            };
            view! {
                <tr class="border-t border-line">
                    <td class="px-4 py-2 align-top">{move || rule_text(i18n, "suppressed", &rule, None)}</td>
                    <td class="px-4 py-2 align-top">
                        <span class="inline-flex items-start gap-2">
                            <span class=tone><Glyph icon class="mt-0.5 h-4 w-4 flex-none" /></span>
                            {what}
                        </span>
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="relative overflow-x-auto" tabindex="0" role="region" aria-label=move || t_string!(i18n, triggered.rules)>
            <table class="w-full border-collapse text-sm">
                <caption class="sr-only">{t!(i18n, triggered.rules)}</caption>
                <thead>
                    <tr>
                        <th scope="col" class=HEAD>{t!(i18n, triggered.rule)}</th>
                        <th scope="col" class=HEAD>{t!(i18n, triggered.rule_result)}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}
