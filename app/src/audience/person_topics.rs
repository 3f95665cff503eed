//! What one person wants to hear about, and the stop of all marketing.

use super::{api, words};
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::context::Provider;
use leptos::prelude::*;
use types::access::Permission;
use types::contacts::Contact;
use types::topics::{Frequency, SubscriptionStatus, TopicChoice, localised};
use types::{ContactId, Language, TopicId};

/// What a press of a button asks for.
#[derive(Clone)]
enum Wish {
    Topic {
        topic: TopicId,
        frequency: Option<Frequency>,
        wording: String,
    },
    StopAll,
    RestoreAll {
        wording: String,
    },
}

#[component]
pub(super) fn PersonTopics(
    contact: Contact,
    choices: Vec<TopicChoice>,
    changed: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let toasts = use_toasts();
    let id: ContactId = contact.id;
    let stopped = contact.unsubscribed_all_at.or(contact.complained_at);
    // The topic whose consent is being written down; none with the dialog open: all marketing again.
    let topic = RwSignal::new(None::<(TopicId, String)>);
    let asking = RwSignal::new(false);
    let stopping = RwSignal::new(false);
    let wording = RwSignal::new(String::new());
    let frequency = RwSignal::new(Frequency::All.as_str().to_owned());
    let act = Action::new(move |wish: &Wish| {
        let (unit, wish) = (here.key.get_untracked(), wish.clone());
        async move {
            match wish {
                Wish::Topic {
                    topic,
                    frequency,
                    wording,
                } => api::choose_topic(unit, id, topic, frequency, wording).await,
                Wish::StopAll => api::stop_all(unit, id).await,
                Wish::RestoreAll { wording } => api::restore_all(unit, id, wording).await,
            }
        }
    });
    let failed = Signal::derive(move || act.value().get().and_then(Result::err));
    Effect::new(move |_| match act.value().get() {
        Some(Ok(())) => {
            asking.set(false);
            stopping.set(false);
            wording.set(String::new());
            toasts.success(t_string!(i18n, common.saved));
            changed.run(());
        }
        Some(Err(error)) if !asking.get_untracked() && !stopping.get_untracked() => {
            toasts.error(i18n.get_locale_untracked(), &error);
        }
        _ => {}
    });
    let ask = Callback::new(move |what: Option<(TopicId, String)>| {
        topic.set(what);
        act.value().set(None);
        asking.set(true);
    });
    let leave = Callback::new(move |topic: TopicId| {
        act.dispatch(Wish::Topic {
            topic,
            frequency: None,
            wording: String::new(),
        });
    });
    let send = move || {
        let wording = wording.get_untracked();
        act.dispatch(match topic.get_untracked() {
            Some((topic, _)) => Wish::Topic {
                topic,
                frequency: frequency.get_untracked().parse().ok(),
                wording,
            },
            None => Wish::RestoreAll { wording },
        });
    };
    let none = choices.is_empty();
    let rows = choices
        .into_iter()
        .map(|choice| view! { <Row choice ask leave /> }.into_any())
        .collect_view();
    let title = move || match topic.get() {
        Some((_, name)) => t_string!(i18n, audience.subscribe_title, topic = name).to_string(),
        None => t_string!(i18n, audience.restore_title).to_owned(),
    };
    let frequencies = move || {
        let locale = i18n.get_locale();
        Frequency::ALL
            .iter()
            .map(|f| (f.as_str().to_owned(), words::frequency(locale, *f)))
            .collect::<Vec<_>>()
    };
    let footer = move || {
        view! {
            <Button on_click=move |_| asking.set(false)>{t!(i18n, common.cancel)}</Button>
            <Button kind=Kind::Primary busy=act.pending() on_click=move |_| send()>
                {move || if topic.with(Option::is_some) { t_string!(i18n, audience.subscribe) } else { t_string!(i18n, audience.restore_all) }}
            </Button>
        }
    };
    view! {
        {stopped.map(|at| {
            view! {
                <Notice tone=Tone::Warning>
                    {t!(i18n, audience.stopped_notice)} " " <Moment at />
                    <Show when=move || here.may(Permission::ManageContacts)>
                        <span class="mt-2 block">
                            <Button size=Size::Small on_click=move |_| ask.run(None)>{t!(i18n, audience.restore_all)}</Button>
                        </span>
                    </Show>
                </Notice>
            }
        })}
        <Card
            title=move || t_string!(i18n, audience.topic_choices)
            actions=move || {
                view! {
                    <Show when=move || stopped.is_none() && here.may(Permission::ManageContacts)>
                        <Button size=Size::Small icon=Icon::Ban on_click=move |_| {
                            act.value().set(None);
                            stopping.set(true);
                        }>{t!(i18n, audience.stop_all)}</Button>
                    </Show>
                }
            }
            flush=true
        >
            {none.then(|| view! { <p class="p-4 text-muted">{t!(i18n, audience.no_topics_yet)}</p> })}
            <ul class="divide-y divide-line">{rows}</ul>
        </Card>
        <Dialog id="consent" open=asking title footer>
            <Provider value=FieldErrors::new(failed)>
                <div class="flex flex-col gap-4">
                    <FormError error=failed />
                    <Show when=move || topic.with(Option::is_none)>
                        <p>{t!(i18n, audience.restore_text)}</p>
                    </Show>
                    <Field
                        name="wording"
                        label=move || t_string!(i18n, audience.consent_wording)
                        hint=move || t_string!(i18n, audience.consent_wording_hint)
                        required=true
                    >
                        <TextArea bind=wording rows=3 />
                    </Field>
                    <Show when=move || topic.with(Option::is_some)>
                        <Field name="frequency" label=move || t_string!(i18n, audience.frequency) required=true>
                            <Select options=Signal::derive(frequencies) bind=frequency />
                        </Field>
                    </Show>
                </div>
            </Provider>
        </Dialog>
        <ConfirmDialog
            id="stop-all"
            open=stopping
            title=move || t_string!(i18n, audience.stop_all_title)
            text=move || t_string!(i18n, audience.stop_all_text)
            confirm=move || t_string!(i18n, audience.stop_all)
            busy=act.pending()
            error=failed
            on_confirm=Callback::new(move |()| {
                act.dispatch(Wish::StopAll);
            })
        />
    }
    .into_any()
}

#[component]
fn Row(
    choice: TopicChoice,
    ask: Callback<Option<(TopicId, String)>>,
    leave: Callback<TopicId>,
) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let topic = choice.topic_id;
    let names = StoredValue::new(choice.name);
    let name = move || {
        let language = i18n.get_locale().to_string().parse().unwrap_or_default();
        names.with_value(|names| localised(names, language, Language::En).to_owned())
    };
    let (status, frequency) = (choice.status, choice.frequency);
    let subscribed = status == Some(SubscriptionStatus::Subscribed);
    let tone = words::subscription(i18n.get_locale_untracked(), status).1;
    view! {
        <li class="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 py-3">
            <div class="min-w-0">
                <p class="font-medium">{name}</p>
                <p class="mt-0.5 flex flex-wrap items-center gap-2 text-[13px] text-muted">
                    <Badge text=move || words::subscription(i18n.get_locale(), status).0 tone />
                    {subscribed.then(|| view! { <span>{move || words::frequency(i18n.get_locale(), frequency)}</span> })}
                    {choice.changed_at.map(|at| view! { <Moment at style=TimeStyle::Date /> })}
                </p>
            </div>
            <Show when=move || here.may(Permission::ManageContacts)>
                {move || {
                    if subscribed {
                        view! {
                            <Button size=Size::Small on_click=move |_| leave.run(topic)>{t!(i18n, audience.unsubscribe)}</Button>
                        }.into_any()
                    } else {
                        view! {
                            <Button size=Size::Small on_click=move |_| ask.run(Some((topic, name())))>{t!(i18n, audience.subscribe)}</Button>
                        }.into_any()
                    }
                }}
            </Show>
        </li>
    }
    .into_any()
}
