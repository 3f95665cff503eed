//! Step three: from whom and when.

use super::audience::TopicTicks;
use super::draft::Editing;
use crate::layout::use_here;
use crate::messages::api::{EditorData, instant};
use crate::messages::words::kind_text;
use crate::ui::*;
use i18n::{I18nContext, Locale, t, t_string, use_i18n};
use leptos::prelude::*;
use leptos::task::spawn_local;
use types::campaigns::Schedule;
use types::content::Classification;

pub(super) fn complete(editing: Editing) -> bool {
    editing.sender.with(Option::is_some)
}

/// "Admissions Office, 3 Jun 2026, 09:00"
pub(super) fn summary(i18n: I18nContext<Locale>, editing: Editing, data: StoredValue<EditorData>) -> String {
    let Some(sender) = editing.sender.get() else {
        return String::new();
    };
    let name = data.with_value(|data| {
        data.senders
            .iter()
            .find(|it| it.id == sender)
            .map(|it| it.from_name.clone())
    });
    if editing.definition {
        return name.unwrap_or_default();
    }
    let when = match editing.schedule.get() {
        Schedule::Now => t_string!(i18n, campaigns.when_now).to_owned(),
        Schedule::At { at, .. } => format_time(i18n.get_locale(), at, &zone_name(), TimeStyle::DateTime),
    };
    format!("{}, {when}", name.unwrap_or_default())
}

#[component]
pub(super) fn SenderStep(data: StoredValue<EditorData>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let editing = expect_context::<Editing>();
    let sender = RwSignal::new(
        editing
            .sender
            .with_untracked(|it| it.map(|it| it.to_string()).unwrap_or_default()),
    );
    Effect::new(move |_| {
        let chosen = sender.with(|it| it.parse().ok());
        if chosen.is_some() && editing.sender.get_untracked() != chosen {
            editing.sender.set(chosen);
        }
    });
    let profiles: Vec<Choice> = data.with_value(|data| {
        data.senders
            .iter()
            .map(|it| {
                let label = format!("{} <{}>", it.from_name, it.from_address);
                let name = it.name.clone();
                Choice::new(it.id.to_string(), move || label.clone()).hint(move || name.clone())
            })
            .collect()
    });
    let none = profiles.is_empty();
    view! {
        <div class="flex max-w-3xl flex-col gap-8">
            {if none {
                view! {
                    <Notice tone=Tone::Warning>
                        {t!(i18n, campaigns.no_senders)} " "
                        <a href=here.href("/content/senders") class="text-accent underline">{t!(i18n, campaigns.to_senders)}</a>
                    </Notice>
                }
                    .into_any()
            } else {
                view! {
                    <RadioGroup name="sender" legend=move || t_string!(i18n, campaigns.sender) choices=profiles bind=sender boxed=true />
                }
                    .into_any()
            }}
            {(!editing.definition).then(|| view! { <When data /> })}
            <Kinds />
            {(!editing.definition).then(|| view! { <Throttle /> })}
            {editing.definition.then(|| view! { <Topics data /> })}
        </div>
    }
    .into_any()
}

/// What people leave when they have had enough of a definition's marketing messages.
#[component]
fn Topics(data: StoredValue<EditorData>) -> impl IntoView {
    let i18n = use_i18n();
    let editing = expect_context::<Editing>();
    view! {
        <Show when=move || editing.classification.get() == Classification::Marketing>
            <div class="flex flex-col gap-2">
                <TopicTicks data name="topics" legend=move || t_string!(i18n, campaigns.include_topics) included=true />
                <p class="text-[13px] text-muted">{t!(i18n, triggered.topics_hint)}</p>
            </div>
        </Show>
    }
    .into_any()
}

/// Now, or at a time in the reader's zone, which is named.
#[component]
fn When(data: StoredValue<EditorData>) -> impl IntoView {
    let i18n = use_i18n();
    let editing = expect_context::<Editing>();
    let (date, time) = data
        .with_value(|data| data.wall.clone())
        .unwrap_or((String::new(), "09:00".to_owned()));
    let later = editing
        .schedule
        .with_untracked(|it| matches!(it, Schedule::At { .. }));
    let when = RwSignal::new(if later { "at" } else { "now" }.to_owned());
    let (date, time) = (RwSignal::new(date), RwSignal::new(time));
    let error = RwSignal::new(None::<String>);
    let zone = StoredValue::new(zone_name());
    Effect::new(move |first: Option<()>| {
        let (when, date, time) = (when.get(), date.get(), time.get());
        if first.is_none() {
            return;
        }
        error.set(None);
        if when == "now" {
            editing.schedule.set(Schedule::Now);
            return;
        }
        if date.is_empty() || time.is_empty() {
            // The last whole time stays; it never falls back to "now" by an emptied field.
            let required = types::ApiError::new(types::Code::Required);
            error.set(Some(error_text(i18n.get_locale_untracked(), &required)));
            return;
        }
        let time_zone = zone.get_value();
        spawn_local(async move {
            match instant(date, time, time_zone).await {
                Ok(schedule) => {
                    editing.schedule.try_set(schedule);
                }
                Err(refusal) => {
                    error.try_set(Some(error_text(i18n.get_locale_untracked(), &refusal)));
                }
            }
        });
    });
    let choices = vec![
        Choice::new("now", move || t_string!(i18n, campaigns.when_now))
            .hint(move || t_string!(i18n, campaigns.when_now_hint)),
        Choice::new("at", move || t_string!(i18n, campaigns.when_at))
            .hint(move || t_string!(i18n, campaigns.when_at_hint)),
    ];
    view! {
        <div class="flex flex-col gap-4">
            <RadioGroup name="when" legend=move || t_string!(i18n, campaigns.when) choices bind=when boxed=true />
            <Show when=move || when.get() == "at">
                <div class="flex flex-wrap items-start gap-3">
                    <Field name="schedule" label=move || t_string!(i18n, campaigns.date) required=true error=error>
                        <TextInput r#type="date" bind=date />
                    </Field>
                    <Field name="time" label=move || t_string!(i18n, campaigns.time) required=true>
                        <TextInput r#type="time" bind=time />
                    </Field>
                    <p class="mt-8 text-[13px] text-muted">
                        {move || t_string!(i18n, campaigns.in_zone, zone = zone.get_value()).to_string()}
                    </p>
                </div>
            </Show>
        </div>
    }
    .into_any()
}

/// What kind of message it is: decides who may be left out.
#[component]
fn Kinds() -> impl IntoView {
    let i18n = use_i18n();
    let editing = expect_context::<Editing>();
    let kind = RwSignal::new(editing.classification.get_untracked().as_str().to_owned());
    Effect::new(move |_| {
        let chosen = kind.with(|it| it.parse::<Classification>());
        if let Ok(chosen) = chosen
            && editing.classification.get_untracked() != chosen
        {
            editing.classification.set(chosen);
        }
    });
    let mut choices = vec![
        Choice::new(Classification::Marketing.as_str(), move || {
            t_string!(i18n, campaigns.kind_marketing)
        })
        .hint(move || t_string!(i18n, campaigns.kind_marketing_hint)),
        Choice::new(Classification::Operational.as_str(), move || {
            t_string!(i18n, campaigns.kind_operational)
        })
        .hint(move || t_string!(i18n, campaigns.kind_operational_hint)),
    ];
    // Not offered for campaigns, but kept where an integration has set it.
    if editing.definition || editing.classification.get_untracked() == Classification::Transactional {
        let choice = Choice::new(Classification::Transactional.as_str(), move || {
            kind_text(i18n, Classification::Transactional)
        });
        choices.insert(
            0,
            choice.hint(move || t_string!(i18n, triggered.kind_transactional_hint)),
        );
    }
    view! { <RadioGroup name="classification" legend=move || t_string!(i18n, campaigns.kind) choices bind=kind boxed=true /> }
        .into_any()
}

#[component]
fn Throttle() -> impl IntoView {
    let i18n = use_i18n();
    let editing = expect_context::<Editing>();
    let start = editing.throttle.get_untracked();
    let text = RwSignal::new(if start > 0 {
        start.to_string()
    } else {
        String::new()
    });
    Effect::new(move |first: Option<()>| {
        let value = text.with(|it| {
            if it.trim().is_empty() {
                Some(0)
            } else {
                it.trim().parse().ok()
            }
        });
        if first.is_some()
            && let Some(value) = value
        {
            editing.throttle.set(value);
        }
    });
    view! {
        <div class="max-w-sm">
            <Field
                name="throttle_per_hour"
                label=move || t_string!(i18n, campaigns.throttle)
                hint=move || t_string!(i18n, campaigns.throttle_hint)
            >
                <TextInput r#type="number" inputmode="numeric" min="0" bind=text />
            </Field>
        </div>
    }
    .into_any()
}
