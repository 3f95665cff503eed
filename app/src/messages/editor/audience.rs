//! Step one: to whom, with a live count and who falls away and why.

use super::draft::Editing;
use crate::layout::use_here;
use crate::messages::api::{EditorData, count_audience};
use crate::messages::counts::Counts;
use crate::messages::words::{language_text, reader};
use crate::ui::*;
use i18n::{I18nContext, Locale, t, t_string, use_i18n};
use leptos::prelude::*;
use std::time::Duration;
use types::campaigns::Audience;
use types::topics::{Topic, localised};
use types::{Language, TopicId};

/// How long after the last tick it is counted.
const PAUSE: Duration = Duration::from_millis(250);

pub(super) fn complete(editing: Editing) -> bool {
    !editing.audience.with(Audience::is_unset)
}

/// "Open days, Scholarships"
pub(super) fn summary(i18n: I18nContext<Locale>, editing: Editing, data: StoredValue<EditorData>) -> String {
    editing.audience.with(|audience| {
        if audience.everyone {
            return t_string!(i18n, campaigns.everyone).to_owned();
        }
        let names = data.with_value(|data| {
            audience
                .include_topics
                .iter()
                .filter_map(|id| data.topics.iter().find(|it| it.id == *id))
                .map(|it| topic_name(i18n, it))
                .collect::<Vec<_>>()
        });
        names.join(", ")
    })
}

fn topic_name(i18n: I18nContext<Locale>, topic: &Topic) -> String {
    let name = localised(&topic.name, reader(i18n), Language::En);
    if name.is_empty() {
        topic.key.clone()
    } else {
        name.to_owned()
    }
}

#[component]
pub(super) fn AudienceStep(data: StoredValue<EditorData>) -> impl IntoView {
    let i18n = use_i18n();
    let editing = expect_context::<Editing>();
    let audience = editing.audience;
    let whom = RwSignal::new(
        if audience.with_untracked(|it| it.everyone) {
            "everyone"
        } else {
            "topics"
        }
        .to_owned(),
    );
    Effect::new(move |_| {
        let everyone = whom.get() == "everyone";
        if audience.with_untracked(|it| it.everyone != everyone) {
            audience.update(|it| it.everyone = everyone);
        }
    });
    let choices = vec![
        Choice::new("topics", move || t_string!(i18n, campaigns.by_topic))
            .hint(move || t_string!(i18n, campaigns.by_topic_hint)),
        Choice::new("everyone", move || t_string!(i18n, campaigns.everyone))
            .hint(move || t_string!(i18n, campaigns.everyone_hint)),
    ];
    view! {
        <div class="grid gap-6 lg:grid-cols-[minmax(0,1fr)_20rem]">
            <div class="flex flex-col gap-6">
                <RadioGroup name="whom" legend=move || t_string!(i18n, campaigns.whom) choices bind=whom boxed=true />
                <Show when=move || whom.get() == "topics">
                    <TopicTicks data name="include" legend=move || t_string!(i18n, campaigns.include_topics) included=true />
                </Show>
                <TopicTicks data name="exclude" legend=move || t_string!(i18n, campaigns.exclude_topics) included=false />
                <LanguageTicks />
            </div>
            <aside aria-label=move || t_string!(i18n, campaigns.who_gets_it)>
                <Card title=move || t_string!(i18n, campaigns.who_gets_it)>
                    <LiveCounts />
                </Card>
            </aside>
        </div>
    }
    .into_any()
}

/// Topics to tick. Archived ones appear only where they are chosen.
#[component]
pub(super) fn TopicTicks(
    data: StoredValue<EditorData>,
    name: &'static str,
    #[prop(into)] legend: TextProp,
    included: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let editing = expect_context::<Editing>();
    let list = move |audience: &Audience| -> Vec<TopicId> {
        if included {
            audience.include_topics.clone()
        } else {
            audience.exclude_topics.clone()
        }
    };
    let chosen = editing.audience.with_untracked(list);
    let topics: Vec<Topic> = data.with_value(|data| {
        data.topics
            .iter()
            .filter(|it| it.archived_at.is_none() || chosen.contains(&it.id))
            .cloned()
            .collect()
    });
    let none = topics.is_empty();
    let ticks = topics
        .into_iter()
        .map(|topic| {
            let id = topic.id;
            let subscribed = u64::try_from(topic.subscribed).unwrap_or(0);
            let on = chosen.contains(&id);
            let toggle = Callback::new(move |on: bool| {
                editing.audience.update(|audience| {
                    let list = if included { &mut audience.include_topics } else { &mut audience.exclude_topics };
                    list.retain(|it| *it != id);
                    if on {
                        list.push(id);
                    }
                });
            });
            view! {
                <Checkbox
                    name=name
                    value=id.to_string()
                    label=move || topic_name(i18n, &topic)
                    hint=move || {
                        t_string!(i18n, campaigns.subscribed_count, count = subscribed, figure = number(i18n.get_locale(), subscribed))
                            .to_string()
                    }
                    checked=on
                    on_change=toggle
                />
            }
        })
        .collect_view();
    view! {
        <fieldset>
            <legend class="mb-2 text-[13px] font-medium text-ink">{move || legend.get()}</legend>
            {if none {
                view! {
                    <p class="text-[13px] text-muted">
                        {t!(i18n, campaigns.no_topics)} " "
                        <a href=here.href("/audience/topics") class="text-accent underline">{t!(i18n, campaigns.to_topics)}</a>
                    </p>
                }
                    .into_any()
            } else {
                view! { <div class="grid gap-3 sm:grid-cols-2">{ticks}</div> }.into_any()
            }}
        </fieldset>
    }
    .into_any()
}

/// Only people with these languages; none ticked: all.
#[component]
fn LanguageTicks() -> impl IntoView {
    let i18n = use_i18n();
    let editing = expect_context::<Editing>();
    let chosen = editing.audience.with_untracked(|it| it.languages.clone());
    let ticks = Language::ALL
        .into_iter()
        .map(|language| {
            let toggle = Callback::new(move |on: bool| {
                editing.audience.update(|audience| {
                    audience.languages.retain(|it| *it != language);
                    if on {
                        audience.languages.push(language);
                        audience.languages.sort_unstable();
                    }
                });
            });
            view! {
                <Checkbox
                    name="language"
                    value=language.code()
                    label=move || language_text(i18n, language)
                    checked=chosen.contains(&language)
                    on_change=toggle
                />
            }
        })
        .collect_view();
    view! {
        <fieldset>
            <legend class="text-[13px] font-medium text-ink">{t!(i18n, campaigns.only_languages)}</legend>
            <p class="mb-2 text-[13px] text-muted">{t!(i18n, campaigns.only_languages_hint)}</p>
            <div class="flex flex-wrap gap-x-6 gap-y-2">{ticks}</div>
        </fieldset>
    }
    .into_any()
}

/// Counts what is ticked, saved or not, a moment after the last tick. Old answers that come late are dropped.
#[component]
fn LiveCounts() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let editing = expect_context::<Editing>();
    let settled = RwSignal::new(editing.audience.get_untracked());
    let wait = StoredValue::new(None::<TimeoutHandle>);
    Effect::new(move |first: Option<()>| {
        let audience = editing.audience.get();
        if first.is_none() {
            return;
        }
        if let Some(handle) = wait.get_value() {
            handle.clear();
        }
        let settle = move || {
            settled.try_set(audience);
        };
        wait.set_value(set_timeout_with_handle(settle, PAUSE).ok());
    });
    let id = editing.id;
    let counts = Resource::new(
        move || (here.key.get(), settled.get()),
        move |(unit, audience)| count_audience(unit, id, audience),
    );
    view! {
        <Transition fallback=|| view! { <Skeleton /> }>
            {move || {
                counts
                    .get()
                    .map(|answer| match answer {
                        _ if settled.with(Audience::is_unset) => {
                            view! { <p class="text-muted">{t!(i18n, campaigns.choose_someone)}</p> }.into_any()
                        }
                        Ok(counts) => view! { <Counts counts /> }.into_any(),
                        Err(error) => {
                            view! { <Notice tone=Tone::Danger>{error_text(i18n.get_locale(), &error)}</Notice> }
                                .into_any()
                        }
                    })
            }}
        </Transition>
    }
    .into_any()
}
