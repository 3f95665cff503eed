//! Templates as pictures of what they make.

use super::AreaTabs;
use super::api::{archive_template, list_templates, preview_setting};
use super::preview::MessageFrame;
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use leptos::task::spawn_local;
use render::{Draft, Person, PlainLinks, Setting, TemplateSource, Words};
use std::collections::BTreeMap;
use types::Language;
use types::access::Permission;
use types::content::{Classification, Slot, SlotValue, TemplateRow};

#[component]
pub(super) fn Gallery() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let query = use_list_query(&["archived", "owner"]);
    let rows = Resource::new(
        move || (here.key.get(), query.get()),
        |(unit, mut query)| {
            query.limit = Some(24);
            list_templates(unit, query)
        },
    );
    let setting = RwSignal::new(None::<Setting>);
    Effect::new(move |_| {
        let unit = here.key.get();
        spawn_local(async move {
            if let Ok(found) = preview_setting(unit).await {
                setting.try_set(Some(found));
            }
        });
    });
    let may = Signal::derive(move || here.may(Permission::EditContent));
    let changed = Callback::new(move |()| rows.refetch());
    let archived =
        Memo::new(move |_| query.with(|it| it.filters.get("archived").is_some_and(|it| it == "true")));
    let address = ListAddress::here();
    let other = Signal::derive(move || address.with("archived", if archived.get() { "" } else { "true" }));
    let actions = move || {
        view! {
            <LinkButton kind=Kind::Quiet href=other>
                {move || if archived.get() { t_string!(i18n, content.show_current) } else { t_string!(i18n, content.show_archived) }}
            </LinkButton>
            {move || {
                may.get()
                    .then(|| {
                        view! {
                            <LinkButton kind=Kind::Primary icon=Icon::Plus href=Signal::derive(move || here.href("/content/templates/new"))>
                                {t!(i18n, content.new_template)}
                            </LinkButton>
                        }
                    })
            }}
        }
    };
    view! {
        <Title text=move || t_string!(i18n, content.templates).to_string() />
        <PageHeader title=move || t_string!(i18n, content.title) text=move || t_string!(i18n, content.templates_text) actions />
        <AreaTabs selected="templates" />
        <Transition fallback=|| view! { <SkeletonRows rows=4 /> }>
            {move || rows.get().map(|answer| match answer {
                Ok(page) if page.items.is_empty() => view! {
                    <EmptyState icon=Icon::Content title=move || t_string!(i18n, content.templates_empty) text=move || t_string!(i18n, content.templates_empty_text) />
                }.into_any(),
                Ok(page) => {
                    let next = page.next.clone().map(|after| address.with("after", &after));
                    view! {
                        <ul class="grid gap-5 sm:grid-cols-2 xl:grid-cols-3">
                            {page.items.into_iter().map(|template| view! { <TemplateCard template setting may changed /> }).collect_view()}
                        </ul>
                        {next.map(|href| view! {
                            <p class="mt-4"><a href=href class="text-sm font-medium text-accent underline">{t!(i18n, content.more)}</a></p>
                        })}
                    }.into_any()
                }
                Err(error) => view! { <Notice tone=Tone::Danger>{error_text(i18n.get_locale(), &error)}</Notice> }.into_any(),
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn TemplateCard(
    template: TemplateRow,
    setting: RwSignal<Option<Setting>>,
    may: Signal<bool>,
    changed: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let toasts = use_toasts();
    let id = template.id;
    let archived = template.archived_at.is_some();
    let own = template.own;
    let href = here.href(&format!("/content/templates/{id}"));
    let source = TemplateSource {
        mjml: template.mjml.clone(),
        slots: template.slots.clone(),
    };
    let language = i18n::LocaleTrait::as_str(i18n.get_locale_untracked())
        .parse()
        .unwrap_or_default();
    let html = Signal::derive(move || {
        setting.with(|it| {
            it.as_ref()
                .map(|setting| picture(setting, source.clone(), language))
                .unwrap_or_default()
        })
    });
    let act = move |_| {
        let unit = here.key.get_untracked();
        spawn_local(async move {
            match archive_template(unit, id, !archived).await {
                Ok(()) => changed.run(()),
                Err(error) => toasts.error(i18n.get_locale_untracked(), &error),
            }
        });
    };
    let name = template.name.clone();
    view! {
        <li class="flex flex-col overflow-hidden rounded-md border border-line bg-surface">
            <div class="relative h-56 overflow-hidden border-b border-line bg-white">
                <MessageFrame
                    html
                    dark=Signal::stored(false)
                    title=name
                    class=Signal::stored("pointer-events-none absolute left-0 top-0 h-[200%] w-[200%] origin-top-left scale-50 border-0".to_owned())
                    thumbnail=true
                />
            </div>
            <div class="flex flex-1 flex-col gap-1 p-4">
                <div class="flex items-start justify-between gap-2">
                    <h2 class="min-w-0 break-words text-base font-semibold">
                        <a href=href.clone() class="text-ink no-underline hover:underline">{template.name.clone()}</a>
                    </h2>
                    {(!own).then(|| view! { <Badge text=template.unit_name.clone() tone=Tone::Neutral /> })}
                </div>
                <p class="text-sm text-muted">{template.description.clone()}</p>
                <div class="mt-auto flex gap-2 pt-2">
                    <LinkButton size=Size::Small href=Signal::stored(href)>
                        {move || if own && may.get() { t_string!(i18n, content.edit) } else { t_string!(i18n, content.open) }}
                    </LinkButton>
                    {move || {
                        (own && may.get())
                            .then(|| {
                                view! {
                                    <Button size=Size::Small kind=Kind::Quiet on_click=act>
                                        {move || if archived { t_string!(i18n, content.restore) } else { t_string!(i18n, content.archive) }}
                                    </Button>
                                }
                            })
                    }}
                </div>
            </div>
        </li>
    }
    .into_any()
}

/// The template with its own words, and the labels of its slots where it has none.
fn picture(setting: &Setting, template: TemplateSource, language: Language) -> String {
    let slots = template
        .slots
        .iter()
        .filter(|it| !it.locked)
        .map(|it| (it.key.clone(), filler(it, language)))
        .collect();
    let source = setting.source(sample_draft(template, language, slots));
    let person = Person {
        first_name: "Maria".into(),
        last_name: "Nowak".into(),
        ..Person::default()
    };
    let rendered = render::compile(&source)
        .ok()
        .and_then(|it| it.render(&person, &PlainLinks).ok());
    rendered.map(|it| it.html).unwrap_or_default()
}

/// A draft that shows a template by itself.
pub(super) fn sample_draft(
    template: TemplateSource,
    language: Language,
    slots: BTreeMap<String, SlotValue>,
) -> Draft {
    let words = Words {
        subject: "–".into(),
        slots,
        ..Words::default()
    };
    Draft {
        template,
        classification: Classification::Marketing,
        default_language: language,
        from_name: "{{ unit.name }}".into(),
        languages: BTreeMap::from([(language, words)]),
    }
}

/// What a slot shows before anybody wrote anything: its default, else its label.
pub(super) fn filler(slot: &Slot, language: Language) -> SlotValue {
    let default = slot
        .default
        .get(&language)
        .or_else(|| slot.default.get(&Language::En));
    if let Some(value) = default.or_else(|| slot.default.values().next()) {
        return value.clone();
    }
    let label = slot.label(language).to_owned();
    match SlotValue::empty(slot.kind) {
        SlotValue::Text { .. } => SlotValue::Text { text: label },
        SlotValue::RichText { .. } => SlotValue::RichText {
            html: format!("<p>{label}</p>"),
        },
        SlotValue::Link { .. } => SlotValue::Link {
            label,
            address: "https://example.org/".into(),
        },
        empty @ SlotValue::Image { .. } => empty,
    }
}
