//! The records to publish, each with what was found of it.

use super::copy::CopyButton;
use super::sending_api::check_domain;
use crate::layout::use_here;
use crate::ui::*;
use i18n::{I18nContext, Locale, t, t_string, use_i18n};
use leptos::prelude::*;
use types::sending::{DnsRecord, RecordPurpose, RecordState, SenderDomain};

fn purpose_name(i18n: I18nContext<Locale>, purpose: RecordPurpose) -> &'static str {
    match purpose {
        RecordPurpose::Dkim => t_string!(i18n, sending.purpose_dkim),
        RecordPurpose::Spf => t_string!(i18n, sending.purpose_spf),
        RecordPurpose::Dmarc => t_string!(i18n, sending.purpose_dmarc),
        RecordPurpose::BounceMx => t_string!(i18n, sending.purpose_bounce_mx),
        RecordPurpose::Tracking => t_string!(i18n, sending.purpose_tracking),
    }
}

fn purpose_hint(i18n: I18nContext<Locale>, purpose: RecordPurpose) -> Option<&'static str> {
    match purpose {
        RecordPurpose::Spf => Some(t_string!(i18n, sending.record_suggestion)),
        RecordPurpose::Dmarc => Some(t_string!(i18n, sending.record_dmarc_hint)),
        RecordPurpose::BounceMx => Some(t_string!(i18n, sending.record_mx_hint)),
        RecordPurpose::Dkim | RecordPurpose::Tracking => None,
    }
}

fn state_name(i18n: I18nContext<Locale>, state: RecordState) -> &'static str {
    match state {
        RecordState::Unchecked => t_string!(i18n, sending.record_unchecked),
        RecordState::Found => t_string!(i18n, sending.record_found),
        RecordState::Missing => t_string!(i18n, sending.record_missing),
        RecordState::Different => t_string!(i18n, sending.record_different),
        RecordState::Failed => t_string!(i18n, sending.record_failed),
    }
}

fn state_look(state: RecordState) -> (Tone, Option<Icon>) {
    match state {
        RecordState::Unchecked => (Tone::Neutral, None),
        RecordState::Found => (Tone::Success, Some(Icon::Check)),
        RecordState::Missing => (Tone::Danger, Some(Icon::Error)),
        RecordState::Different | RecordState::Failed => (Tone::Warning, Some(Icon::Warning)),
    }
}

/// The list, with the button that looks everything up.
#[component]
pub(super) fn Records(domain: SenderDomain, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let toasts = use_toasts();
    let id = domain.id;
    let check = Action::new(move |(): &()| {
        let unit = here.key.get_untracked();
        async move {
            match check_domain(unit, id).await {
                Ok(()) => {
                    toasts.success(t_string!(i18n, sending.checked_toast));
                    changed.run(());
                }
                Err(refused) => toasts.error(i18n.get_locale_untracked(), &refused),
            }
        }
    });
    let checked_at = domain.checked_at;
    let actions = move || {
        view! {
            <span class="text-[13px] text-muted">
                {t!(i18n, sending.checked)} ": "
                {match checked_at {
                    Some(at) => view! { <Moment at /> }.into_any(),
                    None => t!(i18n, sending.never_checked).into_any(),
                }}
            </span>
            <Button icon=Icon::Search busy=check.pending() on_click=move |_| { check.dispatch(()); }>
                {t!(i18n, sending.check_now)}
            </Button>
        }
    };
    view! {
        <Section
            title=move || t_string!(i18n, sending.records)
            text=move || t_string!(i18n, sending.records_text)
            actions
        >
            <Card flush=true>
                <ul class="m-0 list-none p-0">
                    {domain.records.into_iter().map(|record| view! { <Record record /> }).collect_view()}
                </ul>
            </Card>
        </Section>
    }
    .into_any()
}

#[component]
fn Record(record: DnsRecord) -> impl IntoView {
    let i18n = use_i18n();
    let DnsRecord {
        purpose,
        name,
        kind,
        value,
        state,
        found,
        ..
    } = record;
    let (tone, icon) = state_look(state);
    let badge = match icon {
        Some(icon) => view! { <Badge tone icon text=move || state_name(i18n, state) /> }.into_any(),
        None => view! { <Badge tone text=move || state_name(i18n, state) /> }.into_any(),
    };
    let hint = move || {
        purpose_hint(i18n, purpose).map(|hint| view! { <p class="mt-2 text-[13px] text-muted">{hint}</p> })
    };
    let there = (state == RecordState::Different).then(|| {
        view! {
            <div class="mt-2 text-[13px]">
                <p class="font-medium text-warning">{t!(i18n, sending.record_there)}</p>
                {found
                    .into_iter()
                    .map(|text| view! { <p class="font-mono text-xs break-all">{text}</p> })
                    .collect_view()}
            </div>
        }
    });
    let (copy_name, copy_value) = (name.clone(), value.clone());
    let (about_name, about_value) = (name.clone(), format!("{kind} {name}"));
    view! {
        <li class="border-t border-line p-4 first:border-t-0">
            <div class="mb-2 flex flex-wrap items-center justify-between gap-2">
                <h3 class="text-sm font-medium">{move || purpose_name(i18n, purpose)}</h3>
                {badge}
            </div>
            <dl class="grid gap-x-4 gap-y-2 text-sm">
                <div>
                    <dt class="text-[13px] text-muted">{t!(i18n, sending.record_name)}</dt>
                    <dd class="relative m-0 flex items-start justify-between gap-2">
                        <span class="min-w-0 font-mono text-xs break-all">{name}</span>
                        <CopyButton name=about_name value=copy_name />
                    </dd>
                </div>
                <div>
                    <dt class="text-[13px] text-muted">{t!(i18n, sending.record_value)} " (" {kind} ")"</dt>
                    <dd class="relative m-0 flex items-start justify-between gap-2">
                        <span class="min-w-0 font-mono text-xs break-all">{value}</span>
                        <CopyButton name=about_value value=copy_value />
                    </dd>
                </div>
            </dl>
            {hint}
            {there}
        </li>
    }
    .into_any()
}
