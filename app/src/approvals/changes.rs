//! What changed since the last approval, word by word.

use crate::messages::words::language_text;
use crate::triggered::words::parameter_text;
use i18n::{I18nContext, Locale, t, t_string, use_i18n};
use leptos::prelude::*;
use types::approvals::{Change, ChangedField, ParameterChange, PieceKind, ReviewDetail};

#[component]
pub(super) fn Changes(review: ReviewDetail) -> impl IntoView {
    let i18n = use_i18n();
    let Some(before) = review.compared_with else {
        return view! { <p class="text-muted">{t!(i18n, campaigns.first_version)}</p> }.into_any();
    };
    let number = before.number;
    let intro = move || {
        if before.approved {
            t_string!(i18n, campaigns.since_approved, number = number).to_string()
        } else {
            t_string!(i18n, campaigns.since_submitted, number = number).to_string()
        }
    };
    if review.changes.is_empty() {
        return view! {
            <p class="text-[13px] text-muted">{intro}</p>
            <p class="mt-2">{t!(i18n, campaigns.nothing_changed)}</p>
        }
        .into_any();
    }
    let rows = review
        .changes
        .into_iter()
        .map(|change| view! { <Row change /> })
        .collect_view();
    view! {
        <p class="mb-2 text-[13px] text-muted">{intro}</p>
        <dl class="flex flex-col" data-testid="changes">{rows}</dl>
    }
    .into_any()
}

fn field_text(i18n: I18nContext<Locale>, change: &Change) -> String {
    let name = match change.field {
        ChangedField::Classification => t_string!(i18n, campaigns.kind),
        ChangedField::Audience => t_string!(i18n, campaigns.changed_audience),
        ChangedField::Template => t_string!(i18n, campaigns.template),
        ChangedField::DefaultLanguage => t_string!(i18n, campaigns.changed_default_language),
        ChangedField::Language => t_string!(i18n, campaigns.changed_language),
        ChangedField::Subject => t_string!(i18n, campaigns.subject),
        ChangedField::Preheader => t_string!(i18n, campaigns.preheader),
        ChangedField::Slot => t_string!(i18n, campaigns.changed_slot),
        ChangedField::Text => t_string!(i18n, campaigns.changed_text),
        ChangedField::FromName => t_string!(i18n, campaigns.changed_from_name),
        ChangedField::FromAddress => t_string!(i18n, campaigns.changed_from_address),
        ChangedField::ReplyTo => t_string!(i18n, campaigns.reply_to),
        ChangedField::Schedule => t_string!(i18n, campaigns.when),
        ChangedField::Throttle => t_string!(i18n, campaigns.throttle),
        ChangedField::Parameter if change.parameter.is_none() => {
            t_string!(i18n, triggered.order_of_parameters)
        }
        ChangedField::Parameter => t_string!(i18n, triggered.parameter),
        ChangedField::Senders => t_string!(i18n, triggered.changed_senders),
        ChangedField::QuietHours => t_string!(i18n, triggered.quiet_hours),
        ChangedField::Surroundings => t_string!(i18n, campaigns.changed_surroundings),
    };
    let mut text = name.to_owned();
    if let Some(slot) = &change.slot {
        text = format!("{text} “{slot}”");
    }
    if let Some(parameter) = &change.parameter
        && let Some(it) = parameter.after.as_ref().or(parameter.before.as_ref())
    {
        text = format!("{text} “{}”", it.name);
    }
    match change.language {
        Some(language) => format!("{text} ({})", language_text(i18n, language)),
        None => text,
    }
}

#[component]
fn Row(change: Change) -> impl IntoView {
    let i18n = use_i18n();
    let moved = change.pieces.iter().any(|it| it.kind != PieceKind::Same);
    let pieces = change
        .pieces
        .iter()
        .map(|piece| {
            let text = piece.text.clone();
            match piece.kind {
                PieceKind::Same => view! { <span>{text}</span> }.into_any(),
                PieceKind::Added => {
                    view! { <ins class="rounded-sm bg-success-soft text-success">{text}</ins> }.into_any()
                }
                PieceKind::Removed => {
                    view! { <del class="rounded-sm bg-danger-soft text-danger">{text}</del> }.into_any()
                }
            }
        })
        .collect_view();
    let shown = if let Some(parameter) = change.parameter.clone() {
        view! { <ParameterRow parameter /> }.into_any()
    } else if moved {
        view! { <span class="whitespace-pre-line break-words">{pieces}</span> }.into_any()
    } else {
        view! { <span class="text-muted">{t!(i18n, campaigns.changed)}</span> }.into_any()
    };
    view! {
        <div class="border-t border-line py-2.5">
            <dt class="text-[13px] font-medium">{move || field_text(i18n, &change)}</dt>
            <dd class="mt-1">{shown}</dd>
        </div>
    }
    .into_any()
}

/// What calls gave and what they give now, each in words.
#[component]
fn ParameterRow(parameter: ParameterChange) -> impl IntoView {
    let i18n = use_i18n();
    let before = parameter.before.map(|it| {
        view! { <del class="block rounded-sm bg-danger-soft text-danger">{move || parameter_text(i18n, &it)}</del> }
    });
    let gone = parameter.after.is_none().then(|| {
        view! { <span class="block text-[13px] text-muted">{t!(i18n, triggered.parameter_gone)}</span> }
    });
    let after = parameter.after.map(|it| {
        view! { <ins class="block rounded-sm bg-success-soft text-success">{move || parameter_text(i18n, &it)}</ins> }
    });
    view! { {before} {after} {gone} }.into_any()
}
