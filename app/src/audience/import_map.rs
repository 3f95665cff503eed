//! How a file is read, where its columns go, and what happens with the people in it.

use super::{api, refused, words};
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::context::Provider;
use leptos::prelude::*;
use types::imports::{Dialect, Encoding, ImportKind, ImportOptions, Preview, Separator, Target};
use types::suppressions::SuppressionReason;
use types::topics::localised;
use types::{ImportId, Language};

/// What is chosen so far.
#[derive(Clone, Copy)]
struct Chosen {
    encoding: RwSignal<String>,
    separator: RwSignal<String>,
    header: RwSignal<bool>,
    targets: RwSignal<Vec<RwSignal<String>>>,
    topic: RwSignal<String>,
    wording: RwSignal<String>,
    version: RwSignal<String>,
    reason: RwSignal<String>,
}

impl Chosen {
    fn dialect(self) -> Dialect {
        Dialect {
            encoding: self.encoding.get().parse().unwrap_or(Encoding::Utf8),
            separator: self.separator.get().parse().unwrap_or(Separator::Comma),
            header: self.header.get(),
        }
    }

    fn options(self, kind: ImportKind) -> ImportOptions {
        let topic = self.topic.get_untracked();
        let with_topic = kind == ImportKind::Contacts && !topic.is_empty();
        ImportOptions {
            dialect: untrack(|| self.dialect()),
            targets: self
                .targets
                .get_untracked()
                .iter()
                .map(|target| read(&target.get_untracked()))
                .collect(),
            topic_id: if with_topic { topic.parse().ok() } else { None },
            consent_wording: if with_topic {
                self.wording.get_untracked()
            } else {
                String::new()
            },
            consent_version: if with_topic {
                self.version.get_untracked()
            } else {
                String::new()
            },
            reason: if kind == ImportKind::Suppressions {
                self.reason.get_untracked().parse().ok()
            } else {
                None
            },
        }
    }
}

/// A target as the value of a choice: its name, or `attribute:` and the attribute's.
fn written(target: &Target) -> String {
    match target {
        Target::Ignore => "ignore".to_owned(),
        Target::Email => "email".to_owned(),
        Target::Key => "key".to_owned(),
        Target::FirstName => "first_name".to_owned(),
        Target::LastName => "last_name".to_owned(),
        Target::Language => "language".to_owned(),
        Target::TimeZone => "time_zone".to_owned(),
        Target::Phone => "phone".to_owned(),
        Target::Attribute(name) => format!("attribute:{name}"),
    }
}

fn read(value: &str) -> Target {
    match value {
        "email" => Target::Email,
        "key" => Target::Key,
        "first_name" => Target::FirstName,
        "last_name" => Target::LastName,
        "language" => Target::Language,
        "time_zone" => Target::TimeZone,
        "phone" => Target::Phone,
        other => match other.strip_prefix("attribute:") {
            Some(name) => Target::Attribute(name.to_owned()),
            None => Target::Ignore,
        },
    }
}

#[component]
pub(super) fn Mapping(
    id: ImportId,
    kind: ImportKind,
    options: ImportOptions,
    changed: Callback<()>,
) -> impl IntoView {
    let here = use_here();
    let dialect = options.dialect;
    let chosen = Chosen {
        encoding: RwSignal::new(dialect.encoding.as_str().to_owned()),
        separator: RwSignal::new(dialect.separator.as_str().to_owned()),
        header: RwSignal::new(dialect.header),
        targets: RwSignal::new(Vec::new()),
        topic: RwSignal::new(String::new()),
        wording: RwSignal::new(options.consent_wording),
        version: RwSignal::new(options.consent_version),
        reason: RwSignal::new(SuppressionReason::Unwanted.as_str().to_owned()),
    };
    let preview = Resource::new(
        move || (here.key.get(), chosen.dialect()),
        move |(unit, dialect)| api::preview_import(unit, id, kind, Some(dialect)),
    );
    view! {
        <div class="flex flex-col gap-6">
            <Reading chosen />
            <Transition fallback=|| view! { <SkeletonRows rows=6 /> }>
                {move || preview.get().map(|answer| match answer {
                    Ok(preview) => {
                        chosen.targets.set(preview.targets.iter().map(|target| RwSignal::new(written(target))).collect());
                        view! { <Columns preview kind chosen /> }.into_any()
                    }
                    Err(error) => refused(&error),
                })}
            </Transition>
            <Start id kind chosen changed />
        </div>
    }
    .into_any()
}

#[component]
fn Reading(chosen: Chosen) -> impl IntoView {
    let i18n = use_i18n();
    let encodings = || {
        Encoding::ALL
            .iter()
            .map(|e| (e.as_str().to_owned(), e.label().to_owned()))
            .collect::<Vec<_>>()
    };
    let separators = move || {
        let locale = i18n.get_locale();
        Separator::ALL
            .iter()
            .map(|s| (s.as_str().to_owned(), words::separator(locale, *s)))
            .collect::<Vec<_>>()
    };
    view! {
        <Card title=move || t_string!(i18n, audience.reading)>
            <div class="grid items-end gap-5 sm:grid-cols-3">
                <Field name="encoding" label=move || t_string!(i18n, audience.encoding) required=true>
                    <Select options=Signal::derive(encodings) bind=chosen.encoding />
                </Field>
                <Field name="separator" label=move || t_string!(i18n, audience.separator) required=true>
                    <Select options=Signal::derive(separators) bind=chosen.separator />
                </Field>
                <Checkbox name="header" label=move || t_string!(i18n, audience.header) bind=chosen.header />
            </div>
        </Card>
    }
    .into_any()
}

#[component]
fn Columns(preview: Preview, kind: ImportKind, chosen: Chosen) -> impl IntoView {
    let i18n = use_i18n();
    let targets = chosen.targets.get_untracked();
    let heads = preview
        .columns
        .iter()
        .zip(&preview.targets)
        .zip(targets)
        .map(|((column, suggested), bind)| {
            let name = column.clone();
            // The attribute that the column would become is among the choices also when something else was suggested.
            let attribute = match suggested {
                Target::Attribute(name) => Some(name.clone()),
                _ => None,
            };
            let options = move || {
                let locale = i18n.get_locale();
                let mut all = vec![Target::Ignore, Target::Email];
                if kind == ImportKind::Contacts {
                    all.extend([
                        Target::Key,
                        Target::FirstName,
                        Target::LastName,
                        Target::Language,
                        Target::TimeZone,
                        Target::Phone,
                    ]);
                    all.extend(attribute.clone().map(Target::Attribute));
                }
                all.iter()
                    .map(|target| (written(target), words::target(locale, target)))
                    .collect::<Vec<_>>()
            };
            let label = move || t_string!(i18n, audience.goes_to, column = name.clone()).to_string();
            view! {
                <th scope="col" class="min-w-44 px-3 py-2 text-left align-top">
                    <span class="mb-1 block truncate text-xs font-medium text-muted">{column.clone()}</span>
                    <Select options=Signal::derive(options) bind label />
                </th>
            }
        })
        .collect_view();
    let width = preview.columns.len();
    let rows = preview
        .rows
        .iter()
        .map(|row| {
            let cells = (0..width)
                .map(|at| {
                    let text = row.get(at).cloned().unwrap_or_default();
                    view! { <td class="max-w-64 truncate border-t border-line px-3 py-1.5">{text}</td> }
                })
                .collect_view();
            view! { <tr>{cells}</tr> }
        })
        .collect_view();
    let errors = preview.errors.clone();
    view! {
        <Card title=move || t_string!(i18n, audience.preview) flush=true>
            <p class="px-4 py-3 text-muted">{t!(i18n, audience.preview_hint)}</p>
            <div class="overflow-x-auto" tabindex="0" role="region" aria-label=move || t_string!(i18n, audience.preview)>
                <table class="w-full border-collapse text-sm">
                    <caption class="sr-only">{t!(i18n, audience.preview)}</caption>
                    <thead><tr>{heads}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </Card>
        {(!errors.is_empty()).then(|| view! {
            <div class="mt-6">
                <super::import_run::Errors errors title=move || t_string!(i18n, audience.preview_errors) />
            </div>
        })}
    }
    .into_any()
}

#[component]
fn Start(id: ImportId, kind: ImportKind, chosen: Chosen, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let start = Action::new(move |options: &ImportOptions| {
        let (unit, options) = (here.key.get_untracked(), options.clone());
        async move { api::start_import(unit, id, kind, options).await }
    });
    let discard = Action::new(move |(): &()| {
        let unit = here.key.get_untracked();
        async move { api::cancel_import(unit, id, kind).await }
    });
    let failed = Signal::derive(move || {
        start
            .value()
            .get()
            .and_then(Result::err)
            .or_else(|| discard.value().get().and_then(Result::err))
    });
    Effect::new(move |_| {
        if matches!(start.value().get(), Some(Ok(()))) || matches!(discard.value().get(), Some(Ok(()))) {
            changed.run(());
        }
    });
    let choices = match kind {
        ImportKind::Contacts => view! { <People chosen /> }.into_any(),
        ImportKind::Suppressions => view! { <Reason chosen /> }.into_any(),
    };
    view! {
        <Provider value=FieldErrors::new(failed)>
            <div class="flex max-w-2xl flex-col gap-5">
                <FormError error=failed />
                {choices}
                <div class="flex flex-wrap gap-2">
                    <Button kind=Kind::Primary busy=start.pending() on_click=move |_| {
                        start.dispatch(chosen.options(kind));
                    }>{t!(i18n, audience.start_import)}</Button>
                    <Button busy=discard.pending() on_click=move |_| {
                        discard.dispatch(());
                    }>{t!(i18n, audience.discard)}</Button>
                </div>
            </div>
        </Provider>
    }
    .into_any()
}

#[component]
fn Reason(chosen: Chosen) -> impl IntoView {
    let i18n = use_i18n();
    let locale = i18n.get_locale_untracked();
    let choices = [
        SuppressionReason::Unwanted,
        SuppressionReason::Undeliverable,
        SuppressionReason::Complaint,
    ]
    .into_iter()
    .map(|reason| {
        let (name, hint) = words::reason(locale, reason);
        Choice::new(reason.as_str(), name).hint(hint)
    })
    .collect::<Vec<_>>();
    view! { <RadioGroup name="reason" legend=move || t_string!(i18n, audience.reason) choices bind=chosen.reason boxed=true /> }.into_any()
}

#[component]
fn People(chosen: Chosen) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let topics = Resource::new(move || here.key.get(), api::topics);
    view! {
        <Card title=move || t_string!(i18n, audience.options)>
            <div class="flex flex-col gap-5">
                <p class="text-muted">{t!(i18n, audience.matching_hint)}</p>
                <Transition>
                    {move || topics.get().and_then(Result::ok).map(|topics| {
                        let options = move || {
                            let language = i18n.get_locale().to_string().parse().unwrap_or_default();
                            let mut all = vec![(String::new(), t_string!(i18n, audience.no_topic).to_owned())];
                            all.extend(
                                topics
                                    .iter()
                                    .filter(|topic| topic.archived_at.is_none())
                                    .map(|topic| (topic.id.to_string(), localised(&topic.name, language, Language::En).to_owned())),
                            );
                            all
                        };
                        view! {
                            <Field
                                name="topic_id"
                                label=move || t_string!(i18n, audience.subscribe_to)
                                hint=move || t_string!(i18n, audience.subscribe_hint)
                                required=true
                            >
                                <Select options=Signal::derive(options) bind=chosen.topic />
                            </Field>
                        }
                    })}
                </Transition>
                <Show when=move || chosen.topic.with(|topic| !topic.is_empty())>
                    <Field
                        name="consent_wording"
                        label=move || t_string!(i18n, audience.consent_wording)
                        hint=move || t_string!(i18n, audience.consent_wording_hint)
                        required=true
                    >
                        <TextArea bind=chosen.wording rows=3 />
                    </Field>
                    <Field
                        name="consent_version"
                        label=move || t_string!(i18n, audience.consent_version)
                        hint=move || t_string!(i18n, audience.consent_version_hint)
                    >
                        <TextInput bind=chosen.version maxlength=60 autocomplete="off" />
                    </Field>
                </Show>
            </div>
        </Card>
    }
    .into_any()
}
