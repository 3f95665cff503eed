//! Trying a definition out: fill in what a call gives, see what comes of it, send it to oneself, copy the call.

mod copyable;
mod filled;
mod form;
mod outcome;

use self::copyable::Copyable;
use self::filled::Filled;
use self::form::{Recipient, Values};
use self::outcome::{Outcome, Rules, TestToMe};
use super::api::{list_definitions, read_material};
use crate::layout::use_here;
use crate::messages::AreaTabs;
use crate::messages::words::check_text;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_query_map};
use render::Source;
use types::campaigns::{Check, CheckLevel};
use types::definitions::{Edition, Material};
use types::{CampaignId, Code, Language, PageQuery};

/// `/c/:unit/messages/playground?definition=…&edition=…`
#[component]
pub(super) fn Playground() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let query = use_query_map();
    let known = Resource::new(
        move || here.key.get(),
        |unit| {
            let query = PageQuery {
                limit: Some(types::page::MAX_LIMIT),
                ..PageQuery::default()
            };
            list_definitions(unit, query)
        },
    );
    let wanted = Memo::new(move |_| {
        query.with(|query| {
            let id = query
                .get("definition")
                .and_then(|it| it.parse::<CampaignId>().ok());
            let edition = query.get("edition").and_then(|it| it.parse::<Edition>().ok());
            (id, edition)
        })
    });
    let material = Resource::new(
        move || (here.key.get(), wanted.get()),
        |(unit, (id, edition))| async move {
            // Nothing chosen: the first one there is.
            let (id, has_live) = match id {
                Some(id) => (id, edition != Some(Edition::Draft)),
                None => {
                    let page = list_definitions(unit.clone(), PageQuery::default()).await?;
                    let Some(first) = page.items.into_iter().next() else {
                        return Ok(None);
                    };
                    (first.definition.id, first.definition.live.is_some())
                }
            };
            let first_try = if has_live { Edition::Live } else { Edition::Draft };
            match read_material(unit.clone(), id, edition.unwrap_or(first_try)).await {
                // Nothing of it is live yet.
                Err(error) if error.code == Code::NotFound && edition.is_none() => {
                    read_material(unit, id, Edition::Draft).await.map(Some)
                }
                other => other.map(Some),
            }
        },
    );
    let options = Signal::derive(move || {
        let page = known.get().and_then(Result::ok);
        page.map(|page| page.items)
            .unwrap_or_default()
            .into_iter()
            .map(|it| {
                let definition = it.definition;
                (
                    definition.id.to_string(),
                    format!("{} ({})", definition.name, definition.key),
                )
            })
            .collect::<Vec<_>>()
    });
    view! {
        <Title text=move || t_string!(i18n, triggered.tab_playground).to_string() />
        <PageHeader
            title=move || t_string!(i18n, triggered.tab_playground)
            text=move || t_string!(i18n, triggered.playground_subtitle)
        />
        <AreaTabs selected="playground" />
        <Transition fallback=|| view! { <SkeletonRows rows=8 /> }>
            {move || {
                // Read here, so that the Transition around waits for it.
                let _ = known.get();
                material
                    .get()
                    .map(|answer| match answer {
                        Ok(Some(material)) => {
                            let choice = StoredValue::new(material.clone());
                            view! {
                                <Choose options material=choice />
                                <Bench material />
                            }
                                .into_any()
                        }
                        Ok(None) => view! { <Nothing /> }.into_any(),
                        Err(error) => view! { <Notice tone=Tone::Danger>{error_text(i18n.get_locale(), &error)}</Notice> }.into_any(),
                    })
            }}
        </Transition>
    }
    .into_any()
}

#[component]
fn Nothing() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    view! {
        <div class="rounded-md border border-line bg-surface">
            <EmptyState
                icon=Icon::Sparkles
                title=move || t_string!(i18n, triggered.empty_title)
                text=move || t_string!(i18n, triggered.empty_text)
            >
                <LinkButton href=Signal::derive(move || here.href("/messages/definitions"))>{t!(i18n, triggered.tab_definitions)}</LinkButton>
            </EmptyState>
        </div>
    }
    .into_any()
}

/// Which definition, and which of its two messages.
#[component]
fn Choose(options: Signal<Vec<(String, String)>>, material: StoredValue<Material>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let navigate = StoredValue::new(use_navigate());
    let (id, edition, has_live) = material.with_value(|it| (it.id, it.edition, it.has_live));
    let definition = RwSignal::new(id.to_string());
    let go = move |path: String| navigate.with_value(|navigate| navigate(&path, Default::default()));
    let pick = Callback::new(move |id: String| {
        go(here.href(&format!("/messages/playground?definition={id}")));
    });
    let which = RwSignal::new(edition.as_str().to_owned());
    let turn = Callback::new(move |edition: String| {
        go(here.href(&format!("/messages/playground?definition={id}&edition={edition}")));
    });
    let editions = Signal::derive(move || {
        let live = (
            Edition::Live.as_str().to_owned(),
            t_string!(i18n, triggered.edition_live).to_owned(),
        );
        let draft = (
            Edition::Draft.as_str().to_owned(),
            t_string!(i18n, triggered.edition_draft).to_owned(),
        );
        if has_live { vec![live, draft] } else { vec![draft] }
    });
    view! {
        <div class="mb-6 grid max-w-3xl gap-4 sm:grid-cols-2">
            <Field name="definition" label=move || t_string!(i18n, triggered.definition) required=true>
                <Select options bind=definition on_change=pick />
            </Field>
            <Field name="edition" label=move || t_string!(i18n, triggered.edition) required=true>
                <Select options=editions bind=which on_change=turn />
            </Field>
        </div>
    }
    .into_any()
}

#[component]
fn Bench(material: Material) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let me = here.me.with_untracked(|me| me.email.clone());
    let filled = Filled::new(&material.parameters, me);
    let source = material
        .source
        .clone()
        .and_then(|source| serde_json::from_value::<Source>(source).ok());
    let languages: Vec<Language> = source
        .as_ref()
        .map(|it| it.languages.keys().copied().collect())
        .unwrap_or_default();
    let missing = material
        .missing
        .iter()
        .map(|code| {
            let check = Check {
                level: CheckLevel::Error,
                code: *code,
                people: None,
                params: Default::default(),
            };
            view! { <li>{move || check_text(i18n, &check)}</li> }
        })
        .collect_view();
    let incomplete = !material.missing.is_empty();
    let refused = !(material.is_active && material.has_live);
    let never = !material.has_live;
    let about = StoredValue::new(material);
    view! {
        <div class="flex flex-col gap-6">
            {refused
                .then(|| {
                    view! {
                        <Notice tone=Tone::Info>
                            {move || {
                                if never { t_string!(i18n, triggered.calls_refused_draft) } else { t_string!(i18n, triggered.calls_refused_paused) }
                            }}
                        </Notice>
                    }
                })}
            {incomplete
                .then(|| {
                    view! {
                        <Notice tone=Tone::Warning title=move || t_string!(i18n, triggered.incomplete)>
                            <ul class="list-disc pl-5">{missing}</ul>
                        </Notice>
                    }
                })}
            <div class="grid items-start gap-6 xl:grid-cols-2">
                <div class="flex min-w-0 flex-col gap-6">
                    <Card title=move || t_string!(i18n, triggered.the_call)>
                        <div class="flex flex-col gap-5">
                            <Recipient filled languages />
                            <Values filled />
                        </div>
                    </Card>
                    <TestToMe filled about />
                    <Rules filled about />
                </div>
                <div class="flex min-w-0 flex-col gap-6">
                    <Outcome filled source />
                </div>
            </div>
            <Copyable filled about />
        </div>
    }
    .into_any()
}
