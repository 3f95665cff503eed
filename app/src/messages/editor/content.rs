//! Step two: the words, slot by slot, beside what people will see.

use super::draft::Editing;
use crate::content::{FindingList, Preview, SlotEditor, problem_text};
use crate::layout::use_here;
use crate::messages::api::{EditorData, read_template, templates};
use crate::messages::words::language_text;
use crate::ui::*;
use i18n::{I18nContext, Locale, t, t_string, use_i18n};
use leptos::prelude::*;
use leptos::task::spawn_local;
use render::{Draft, Finding, Place, ProblemCode, Severity, TemplateSource, Words};
use std::collections::BTreeMap;
use types::Language;
use types::campaigns::{LanguageContent, TemplateRef};
use types::content::TemplateRow;
use types::messages::Parameter;

pub(super) fn complete(editing: Editing) -> bool {
    editing.content.with(|content| {
        content.template.is_some()
            && !content.languages.is_empty()
            && content.languages.values().all(|it| !it.subject.trim().is_empty())
    })
}

/// The subject in the default language.
pub(super) fn summary(i18n: I18nContext<Locale>, editing: Editing) -> String {
    editing.content.with(|content| {
        let subject = content
            .languages
            .get(&content.default_language)
            .map(|it| it.subject.clone());
        subject
            .filter(|it| !it.trim().is_empty())
            .unwrap_or_else(|| t_string!(i18n, campaigns.no_subject).to_owned())
    })
}

#[component]
pub(super) fn ContentStep(data: StoredValue<EditorData>) -> impl IntoView {
    let i18n = use_i18n();
    let editing = expect_context::<Editing>();
    let template = RwSignal::new(data.with_value(|data| data.template.clone()));
    let language = RwSignal::new(editing.content.with_untracked(|it| it.default_language));
    let findings = RwSignal::new(Vec::<Finding>::new());
    let wrong = Signal::derive(move || {
        let mistake = |it: &&Finding| !unwritten(it);
        findings.with(|it| it.iter().filter(mistake).cloned().collect::<Vec<_>>())
    });
    let draft =
        Signal::derive(move || template.with(|it| it.as_ref().map(|it| render_draft(editing, data, it))));
    // What calls give is not what is known of somebody: an example of each stands in.
    let attributes = Signal::derive(move || editing.parameters.with(|it| Parameter::samples(it)));
    view! {
        <TemplateBar data template />
        <Show
            when=move || template.with(Option::is_some)
            fallback=move || view! { <Notice tone=Tone::Warning>{t!(i18n, campaigns.choose_template)}</Notice> }
        >
            <LanguageBar language />
            <div class="grid items-start gap-6 xl:grid-cols-2">
                <div class="min-w-0">
                    {move || view! { <Fields language=language.get() template findings /> }}
                </div>
                <div class="flex min-w-0 flex-col gap-4 xl:sticky xl:top-18">
                    <Preview draft language findings attributes />
                    <Show when=move || !wrong.with(Vec::is_empty)>
                        <Card title=move || t_string!(i18n, content.findings)>
                            <FindingList findings=wrong />
                        </Card>
                    </Show>
                </div>
            </div>
        </Show>
    }
    .into_any()
}

/// What is not written yet is no mistake while somebody writes; the review lists it.
fn unwritten(finding: &Finding) -> bool {
    matches!(
        finding.problem.code,
        ProblemCode::SlotRequired | ProblemCode::EmptySubject | ProblemCode::EmptyText
    )
}

/// What the renderer takes, of the form as it is now. The same as `domain::campaigns` seals.
fn render_draft(editing: Editing, data: StoredValue<EditorData>, template: &TemplateRow) -> Draft {
    let content = editing.content.get();
    let sender = editing.sender.get();
    let from_name = data.with_value(|data| {
        let profile = data.senders.iter().find(|it| Some(it.id) == sender);
        profile.map_or_else(|| data.setting.unit.name.clone(), |it| it.from_name.clone())
    });
    let languages = content
        .languages
        .into_iter()
        .map(|(language, it)| {
            let text = it.text.filter(|it| !it.trim().is_empty());
            (
                language,
                Words {
                    subject: it.subject,
                    preheader: it.preheader,
                    slots: it.slots,
                    text,
                },
            )
        })
        .collect();
    Draft {
        template: TemplateSource {
            mjml: template.mjml.clone(),
            slots: template.slots.clone(),
        },
        classification: editing.classification.get(),
        default_language: content.default_language,
        from_name,
        languages,
    }
}

/// What the message says of `attributes`, and whether it says what stands there without it. Nothing while it does not compile.
pub(crate) fn variables(editing: Editing, data: StoredValue<EditorData>) -> Vec<(String, bool)> {
    let Some(template) = data.with_value(|data| data.template.clone()) else {
        return Vec::new();
    };
    let draft = render_draft(editing, data, &template);
    let source = data.with_value(|data| data.setting.source(draft));
    let unfinished = || render::compile(&source.unfinished(Language::En));
    let Ok(compiled) = render::compile(&source).or_else(|_| unfinished()) else {
        return Vec::new();
    };
    let mut names = BTreeMap::<String, bool>::new();
    for variable in compiled.variables() {
        let Some(name) = variable.path.strip_prefix("attributes.") else {
            continue;
        };
        let name = name.split('.').next().unwrap_or(name);
        let guarded = names.entry(name.to_owned()).or_insert(true);
        *guarded &= variable.guarded;
    }
    names.into_iter().collect()
}

/// Which template, changing it, and going over to its newest version.
#[component]
fn TemplateBar(data: StoredValue<EditorData>, template: RwSignal<Option<TemplateRow>>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let editing = expect_context::<Editing>();
    let toasts = use_toasts();
    let newer = RwSignal::new(data.with_value(|data| data.newer_version));
    let list = Resource::new(move || here.key.get(), templates);
    let take = move |row: TemplateRow| {
        editing.content.update(|it| {
            it.template = Some(TemplateRef {
                id: row.id,
                version: row.version,
            });
        });
        // For when this step is opened again, and for what the others ask of it.
        data.update_value(|data| data.template = Some(row.clone()));
        template.set(Some(row));
        newer.set(None);
    };
    let update = move |_| {
        let Some(id) = template.with_untracked(|it| it.as_ref().map(|it| it.id)) else {
            return;
        };
        let unit = here.key.get_untracked();
        spawn_local(async move {
            match read_template(unit, id).await {
                Ok(row) => take(row),
                Err(error) => toasts.error(i18n.get_locale_untracked(), &error),
            }
        });
    };
    let chosen = RwSignal::new(
        template.with_untracked(|it| it.as_ref().map(|it| it.id.to_string()).unwrap_or_default()),
    );
    let options = Signal::derive(move || {
        let rows = list.get().and_then(Result::ok).unwrap_or_default();
        let mut options: Vec<(String, String)> = rows
            .iter()
            .map(|it| (it.id.to_string(), it.name.clone()))
            .collect();
        // The one in use may be archived by now.
        if let Some(used) = template.get() {
            if !options.iter().any(|(id, _)| *id == used.id.to_string()) {
                options.insert(0, (used.id.to_string(), used.name));
            }
        } else {
            options.insert(
                0,
                (
                    String::new(),
                    t_string!(i18n, campaigns.choose_template).to_owned(),
                ),
            );
        }
        options
    });
    let pick = Callback::new(move |id: String| {
        let rows = list.get_untracked().and_then(Result::ok).unwrap_or_default();
        if let Some(row) = rows.into_iter().find(|it| it.id.to_string() == id) {
            take(row);
        }
    });
    view! {
        <div class="mb-4 flex flex-wrap items-end gap-3">
            <div class="w-72 max-w-full">
                <Suspense fallback=|| view! { <Skeleton class="h-9 w-full" /> }>
                    {move || {
                        // Read here, so that the Suspense around waits for it.
                        let _ = list.get();
                        view! {
                            <Field name="template" label=move || t_string!(i18n, campaigns.template) required=true>
                                <Select options bind=chosen on_change=pick />
                            </Field>
                        }
                    }}
                </Suspense>
            </div>
            {move || {
                newer
                    .get()
                    .map(|version| {
                        view! {
                            <p class="pb-2 text-[13px] text-muted">{t!(i18n, campaigns.newer_template, version = version)}</p>
                            <Button on_click=update icon=Icon::Retry>{t!(i18n, campaigns.take_newer)}</Button>
                        }
                    })
            }}
        </div>
    }
    .into_any()
}

/// The versions there are, which one is being written, adding and removing.
#[component]
fn LanguageBar(language: RwSignal<Language>) -> impl IntoView {
    let i18n = use_i18n();
    let editing = expect_context::<Editing>();
    let present = Memo::new(move |_| {
        editing.content.with(|it| {
            (
                it.default_language,
                it.languages.keys().copied().collect::<Vec<_>>(),
            )
        })
    });
    let add = move |new: Language| {
        editing.content.update(|content| {
            // Pictures and links are mostly the same: begin with what the default version has.
            let base = content
                .languages
                .get(&content.default_language)
                .cloned()
                .unwrap_or_default();
            let start = LanguageContent {
                subject: String::new(),
                preheader: String::new(),
                text: None,
                ..base
            };
            content.languages.entry(new).or_insert(start);
        });
        language.set(new);
    };
    let remove = move |_| {
        let gone = language.get_untracked();
        let default = editing.content.with_untracked(|it| it.default_language);
        language.set(default);
        editing.content.update(|content| {
            content.languages.remove(&gone);
        });
    };
    let make_default = move |_| {
        let chosen = language.get_untracked();
        editing
            .content
            .update(|content| content.default_language = chosen);
    };
    view! {
        <div class="mb-4 flex flex-wrap items-center gap-2" role="group" aria-label=move || t_string!(i18n, campaigns.versions)>
            {move || {
                let (default, languages) = present.get();
                languages
                    .into_iter()
                    .map(|it| {
                        let pressed = move || if language.get() == it { "true" } else { "false" };
                        let look = move || {
                            let edge = if language.get() == it { "border-accent bg-accent-soft text-accent" } else { "border-line bg-surface text-ink hover:bg-hover" };
                            format!("inline-flex h-8 items-center rounded-md border px-3 text-[13px] font-medium {edge}")
                        };
                        view! {
                            <button type="button" aria-pressed=pressed class=look on:click=move |_| language.set(it)>
                                {move || language_text(i18n, it)}
                                {(it == default).then(|| view! { <span class="ml-1.5 font-normal">"(" {t!(i18n, campaigns.default_version)} ")"</span> })}
                            </button>
                        }
                    })
                    .collect_view()
            }}
            {move || {
                let (_, languages) = present.get();
                Language::ALL
                    .into_iter()
                    .filter(|it| !languages.contains(it))
                    .map(|it| {
                        view! {
                            <Button size=Size::Small kind=Kind::Quiet icon=Icon::Plus on_click=move |_| add(it)>
                                {move || language_text(i18n, it)}
                            </Button>
                        }
                    })
                    .collect_view()
            }}
            <Show when=move || present.with(|(default, _)| *default != language.get())>
                <Button size=Size::Small on_click=make_default>{t!(i18n, campaigns.make_default)}</Button>
                <Button size=Size::Small kind=Kind::Danger icon=Icon::Delete on_click=remove>
                    {t!(i18n, campaigns.remove_version)}
                </Button>
            </Show>
        </div>
    }
    .into_any()
}

/// Subject, preheader and slots of one language; made anew when another is chosen.
#[component]
fn Fields(
    language: Language,
    template: RwSignal<Option<TemplateRow>>,
    findings: RwSignal<Vec<Finding>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let editing = expect_context::<Editing>();
    let content = editing.content;
    let start = content.with_untracked(|it| it.languages.get(&language).cloned().unwrap_or_default());
    let subject = RwSignal::new(start.subject);
    let preheader = RwSignal::new(start.preheader);
    let values = RwSignal::new(start.slots);
    Effect::new(move |first: Option<()>| {
        let (subject, preheader, slots) = (subject.get(), preheader.get(), values.get());
        if first.is_none() {
            return;
        }
        content.update(|content| {
            // The version may have been removed in this moment.
            if let Some(version) = content.languages.get_mut(&language) {
                (version.subject, version.preheader, version.slots) = (subject, preheader, slots);
            }
        });
    });
    let field = |name: &str| format!("content.languages.{language}.{name}");
    let wrong_at = move |place: Place| {
        Signal::derive(move || {
            let here = |it: &&Finding| {
                it.severity == Severity::Error
                    && it.problem.place == place
                    && it.problem.language.is_none_or(|it| it == language)
                    && !unwritten(it)
            };
            findings.with(|it| {
                it.iter()
                    .find(here)
                    .map(|it| problem_text(i18n.get_locale(), &it.problem))
            })
        })
    };
    let slots = Signal::derive(move || {
        template.with(|it| it.as_ref().map(|it| it.slots.clone()).unwrap_or_default())
    });
    view! {
        <div class="flex flex-col gap-5">
            <Field
                name=field("subject")
                label=move || t_string!(i18n, campaigns.subject)
                hint=move || t_string!(i18n, campaigns.subject_hint)
                required=true
                error=wrong_at(Place::Subject)
            >
                <TextInput bind=subject maxlength=300 />
            </Field>
            <Field
                name=field("preheader")
                label=move || t_string!(i18n, campaigns.preheader)
                hint=move || t_string!(i18n, campaigns.preheader_hint)
                error=wrong_at(Place::Preheader)
            >
                <TextInput bind=preheader maxlength=300 />
            </Field>
            <SlotEditor
                slots
                values
                language=Signal::stored(language)
                default_language=Signal::derive(move || content.with(|it| it.default_language))
                findings
            />
        </div>
    }
    .into_any()
}
