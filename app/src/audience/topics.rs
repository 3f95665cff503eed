//! The unit's topics.

use super::{AudienceTabs, api, refused};
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::context::Provider;
use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_params_map};
use types::access::Permission;
use types::topics::{Localised, Topic, TopicInput, localised};
use types::{Language, TopicId};

const HEAD: &str = "px-4 py-2 text-left text-xs font-medium text-muted";
const FIGURES: &str = "px-4 py-2 text-right text-xs font-medium text-muted";
const CELL: &str = "border-t border-line px-4 py-2.5 align-top";

#[component]
pub(super) fn Topics() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let topics = Resource::new(move || here.key.get(), api::topics);
    view! {
        <Title text=move || t_string!(i18n, audience.topics).to_string() />
        <PageHeader
            title=move || t_string!(i18n, audience.title)
            text=move || t_string!(i18n, audience.topics_text)
            actions=move || view! { <NewTopic /> }
        />
        <AudienceTabs selected="topics" />
        <Transition fallback=|| view! { <SkeletonRows rows=4 /> }>
            {move || topics.get().map(|answer| match answer {
                Ok(topics) if topics.is_empty() => view! {
                    <Card flush=true>
                        <EmptyState
                            icon=Icon::Tag
                            title=move || t_string!(i18n, audience.empty_topics_title)
                            text=move || t_string!(i18n, audience.empty_topics_text)
                        >
                            <NewTopic />
                        </EmptyState>
                    </Card>
                }
                .into_any(),
                Ok(topics) => view! { <Table topics /> }.into_any(),
                Err(error) => refused(&error),
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn NewTopic() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    view! {
        <Show when=move || here.may(Permission::ManageTopics)>
            <LinkButton href=Signal::derive(move || here.href("/audience/topics/new")) kind=Kind::Primary icon=Icon::Plus>
                {t!(i18n, audience.new_topic)}
            </LinkButton>
        </Show>
    }
    .into_any()
}

#[component]
fn Table(topics: Vec<Topic>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let rows = topics
        .into_iter()
        .map(|topic| {
            let link = here.href(&format!("/audience/topics/{}", topic.id));
            let people = here.href(&format!("/audience?topic={}", topic.id));
            let names = topic.name.clone();
            let descriptions = topic.description.clone();
            let language = move || i18n.get_locale().to_string().parse().unwrap_or_default();
            let count = move |value: i64| number(i18n.get_locale(), u64::try_from(value).unwrap_or(0));
            let (subscribed, left) = (topic.subscribed, topic.unsubscribed);
            let archived = topic.archived_at.is_some();
            let public = topic.is_public;
            view! {
                <tr>
                    <td class=CELL>
                        <a href=link class="font-medium text-ink">{move || localised(&names, language(), Language::En).to_owned()}</a>
                        <span class="block max-w-prose text-[13px] text-muted">
                            {move || localised(&descriptions, language(), Language::En).to_owned()}
                        </span>
                    </td>
                    <td class=format!("{CELL} hidden md:table-cell")><code class="text-xs text-muted">{topic.key.clone()}</code></td>
                    <td class=CELL>
                        {if archived {
                            view! { <Badge text=move || t_string!(i18n, audience.archived) /> }.into_any()
                        } else if public {
                            view! { <Badge text=move || t_string!(i18n, audience.public) tone=Tone::Success /> }.into_any()
                        } else {
                            view! { <Badge text=move || t_string!(i18n, audience.internal) tone=Tone::Info /> }.into_any()
                        }}
                    </td>
                    <td class=format!("{CELL} text-right tabular-nums")>
                        <a href=people class="text-accent underline">{move || count(subscribed)}</a>
                    </td>
                    <td class=format!("{CELL} hidden text-right tabular-nums md:table-cell")>{move || count(left)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <Card flush=true>
            <div class="overflow-x-auto" tabindex="0" role="region" aria-label=move || t_string!(i18n, audience.topics)>
                <table class="w-full border-collapse text-sm">
                    <caption class="sr-only">{t!(i18n, audience.topics)}</caption>
                    <thead>
                        <tr>
                            <th scope="col" class=HEAD>{t!(i18n, audience.col_topic)}</th>
                            <th scope="col" class=format!("{HEAD} hidden md:table-cell")>{t!(i18n, audience.topic_key)}</th>
                            <th scope="col" class=HEAD>{t!(i18n, audience.visibility)}</th>
                            <th scope="col" class=FIGURES>{t!(i18n, audience.col_subscribed)}</th>
                            <th scope="col" class=format!("{FIGURES} hidden md:table-cell")>{t!(i18n, audience.col_left)}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </Card>
    }
    .into_any()
}

/// A new topic, or one to be changed (with `:id` in the address).
#[component]
pub(super) fn TopicForm() -> impl IntoView {
    let here = use_here();
    let params = use_params_map();
    let id =
        Memo::new(move |_| params.with(|params| params.get("id").and_then(|id| id.parse::<TopicId>().ok())));
    let topic = Resource::new(
        move || (here.key.get(), id.get()),
        |(unit, id)| async move {
            match id {
                Some(id) => api::topic_by_id(unit, id).await.map(Some),
                None => Ok(None),
            }
        },
    );
    view! {
        <Suspense fallback=|| view! { <SkeletonRows rows=6 /> }>
            {move || topic.get().map(|answer| match answer {
                Ok(topic) => view! { <Form topic /> }.into_any(),
                Err(error) => refused(&error),
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn Form(topic: Option<Topic>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let toasts = use_toasts();
    let navigate = use_navigate();
    let id = topic.as_ref().map(|topic| topic.id);
    let archived = topic.as_ref().is_some_and(|topic| topic.archived_at.is_some());
    let given = |pick: fn(&Topic) -> &Localised, language: Language| {
        let text = topic
            .as_ref()
            .and_then(|topic| pick(topic).get(&language).cloned())
            .unwrap_or_default();
        (language, RwSignal::new(text))
    };
    let names = StoredValue::new(Language::ALL.map(|language| given(|topic| &topic.name, language)));
    let descriptions =
        StoredValue::new(Language::ALL.map(|language| given(|topic| &topic.description, language)));
    let key = RwSignal::new(topic.as_ref().map(|topic| topic.key.clone()).unwrap_or_default());
    let public = RwSignal::new(topic.as_ref().is_none_or(|topic| topic.is_public));
    let position = RwSignal::new(topic.as_ref().map_or(0, |topic| topic.position).to_string());
    let save = Action::new(move |input: &TopicInput| {
        let (unit, input) = (here.key.get_untracked(), input.clone());
        async move { api::save_topic(unit, id, input).await }
    });
    let archive = Action::new(move |(): &()| {
        let unit = here.key.get_untracked();
        async move {
            match id {
                Some(id) => api::archive_topic(unit, id, !archived).await,
                None => Ok(()),
            }
        }
    });
    let failed = Signal::derive(move || {
        save.value()
            .get()
            .and_then(Result::err)
            .or_else(|| archive.value().get().and_then(Result::err))
    });
    Effect::new(move |_| {
        let saved = matches!(save.value().get(), Some(Ok(_)));
        let moved = matches!(archive.value().get(), Some(Ok(())));
        if saved || moved {
            let words = if moved && !archived {
                t_string!(i18n, audience.topic_archived)
            } else {
                t_string!(i18n, common.saved)
            };
            toasts.success(words);
            navigate(&here.href("/audience/topics"), Default::default());
        }
    });
    let collect = |texts: StoredValue<[(Language, RwSignal<String>); 4]>| -> Localised {
        texts.with_value(|texts| {
            texts
                .iter()
                .map(|(language, text)| (*language, text.get_untracked()))
                .collect()
        })
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        save.dispatch(TopicInput {
            key: key.get_untracked(),
            name: collect(names),
            description: collect(descriptions),
            is_public: public.get_untracked(),
            position: position.get_untracked().trim().parse().unwrap_or(0),
        });
    };
    let title = move || {
        if id.is_some() {
            t_string!(i18n, audience.edit_topic)
        } else {
            t_string!(i18n, audience.new_topic)
        }
    };
    let fields = Language::ALL
        .into_iter()
        .zip(names.get_value().into_iter().zip(descriptions.get_value()))
        .map(|(language, ((_, name), (_, description)))| {
            view! { <Texts language name description /> }.into_any()
        })
        .collect_view();
    view! {
        <Title text=move || title().to_string() />
        <Breadcrumb crumbs=vec![
            Crumb::new(move || t_string!(i18n, audience.topics), here.href("/audience/topics")),
            Crumb::here(title),
        ] />
        <PageHeader title=title text=move || t_string!(i18n, audience.topic_names_hint) />
        <form class="flex max-w-3xl flex-col gap-5" on:submit=submit novalidate>
            <FormError error=failed />
            <Provider value=FieldErrors::new(failed)>
                {fields}
                <div class="grid gap-5 sm:grid-cols-2">
                    <Field name="key" label=move || t_string!(i18n, audience.topic_key) hint=move || t_string!(i18n, audience.topic_key_hint)>
                        <TextInput bind=key maxlength=48 autocomplete="off" />
                    </Field>
                    <Field name="position" label=move || t_string!(i18n, audience.topic_position) hint=move || t_string!(i18n, audience.topic_position_hint)>
                        <TextInput bind=position r#type="number" />
                    </Field>
                </div>
                <Switch
                    name="is_public"
                    label=move || t_string!(i18n, audience.topic_public)
                    hint=move || t_string!(i18n, audience.topic_public_hint)
                    bind=public
                />
            </Provider>
            <Show when=move || here.may(Permission::ManageTopics)>
                <div class="flex flex-wrap gap-2">
                    <Button r#type="submit" kind=Kind::Primary busy=save.pending()>{t!(i18n, common.save)}</Button>
                    <LinkButton href=Signal::derive(move || here.href("/audience/topics"))>{t!(i18n, common.cancel)}</LinkButton>
                    {id.is_some().then(|| view! {
                        <Button kind=Kind::Quiet busy=archive.pending() on_click=move |_| {
                            archive.dispatch(());
                        }>
                            {move || if archived { t_string!(i18n, audience.restore) } else { t_string!(i18n, audience.archive) }}
                        </Button>
                    })}
                </div>
            </Show>
        </form>
    }
    .into_any()
}

#[component]
fn Texts(language: Language, name: RwSignal<String>, description: RwSignal<String>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div class="grid gap-5 sm:grid-cols-2">
            <Field
                name=format!("name.{language}")
                label=move || t_string!(i18n, audience.topic_name_in, language = language.autonym()).to_string()
            >
                <TextInput bind=name maxlength=120 autocomplete="off" />
            </Field>
            <Field
                name=format!("description.{language}")
                label=move || t_string!(i18n, audience.topic_description_in, language = language.autonym()).to_string()
            >
                <TextInput bind=description maxlength=500 autocomplete="off" />
            </Field>
        </div>
    }
    .into_any()
}
