//! The page of one review: exactly what will be sent, to whom, from whom, when, and what changed since the last approval.

use super::api::read_review;
use super::changes::Changes;
use super::decide::Decide;
use super::list::{review_text, review_tone};
use super::message::SealedMessage;
use crate::layout::use_here;
use crate::messages::counts::Counts;
use crate::messages::words::{kind_text, language_text, people_text, reader};
use crate::triggered::words::ParameterList;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use types::approvals::{ReviewDetail, ReviewState, ReviewedDefinition, ReviewedSender};
use types::campaigns::Schedule;
use types::{Code, ReviewId};

/// `/c/:unit/approvals/:id`
#[component]
pub(super) fn Review() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let params = use_params_map();
    let id =
        Memo::new(move |_| params.with(|params| params.get("id").and_then(|id| id.parse::<ReviewId>().ok())));
    let review = Resource::new(
        move || (here.key.get(), id.get(), reader(i18n)),
        |(unit, id, language)| async move {
            match id {
                Some(id) => read_review(unit, id, language).await,
                None => Err(Code::NotFound.into()),
            }
        },
    );
    let reload = Callback::new(move |()| review.refetch());
    view! {
        <Transition fallback=|| view! { <SkeletonRows rows=8 /> }>
            {move || {
                review
                    .get()
                    .map(|answer| match answer {
                        Ok(review) => view! { <Page review reload /> }.into_any(),
                        Err(error) => {
                            view! {
                                <Title text=move || t_string!(i18n, campaigns.approvals_title).to_string() />
                                <Notice tone=Tone::Danger>{error_text(i18n.get_locale(), &error)}</Notice>
                            }
                                .into_any()
                        }
                    })
            }}
        </Transition>
    }
    .into_any()
}

#[component]
fn Page(review: ReviewDetail, reload: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let (name, title, state) = (review.campaign.clone(), review.campaign.clone(), review.state);
    let definition = review.definition.clone();
    let message = here.href(&match definition {
        Some(_) => format!("/messages/definitions/{}", review.campaign_id),
        None => format!("/messages/{}", review.campaign_id),
    });
    let called = definition.is_some();
    let note = review.note.clone();
    let by = review.requested_by.clone();
    let at = review.requested_at;
    let counts = review.counts.clone();
    let counted = review.revision.audience_count;
    let (message_of, changes_of, decision_of) = (review.clone(), review.clone(), review.clone());
    let differs = definition.is_none() && counts.recipients != counted && state == ReviewState::Waiting;
    view! {
        <Title text=title.clone() />
        <Breadcrumb crumbs=vec![
            Crumb::new(move || t_string!(i18n, campaigns.approvals_title), here.href("/approvals")),
            Crumb::here(move || title.clone()),
        ] />
        <PageHeader
            title=name
            badge=move || view! { <Badge text=move || review_text(i18n, state) tone=review_tone(state) /> }
            actions=move || {
                view! {
                    <LinkButton href=message.clone()>
                        {move || if called { t_string!(i18n, triggered.to_definition) } else { t_string!(i18n, campaigns.to_message) }}
                    </LinkButton>
                }
            }
        />
        <p class="mb-4 text-muted">
            {t!(i18n, campaigns.asked_by, person = by)} ", " <Moment at />
        </p>
        {(!note.is_empty()).then(|| view! { <div class="mb-6"><Notice><p class="whitespace-pre-line">{note}</p></Notice></div> })}
        <div class="grid items-start gap-6 xl:grid-cols-[minmax(0,1fr)_22rem]">
            <div class="flex min-w-0 flex-col gap-6">
                <SealedMessage review=message_of />
                <Card title=move || t_string!(i18n, campaigns.what_changed)>
                    <Changes review=changes_of />
                </Card>
            </div>
            <div class="flex min-w-0 flex-col gap-6">
                <Card title=move || t_string!(i18n, campaigns.decision)>
                    <Decide review=decision_of reload />
                </Card>
                {definition.map(|definition| view! { <Called definition waiting={state == ReviewState::Waiting} /> })}
                {(!called).then(|| view! { <Card title=move || t_string!(i18n, campaigns.who_gets_it)>
                    <Counts counts />
                    {differs
                        .then(|| {
                            view! {
                                <p class="mt-3 text-[13px] text-muted">
                                    {move || {
                                        let people = people_text(i18n, counted);
                                        t_string!(i18n, campaigns.counted_at_submission, people = people).to_string()
                                    }}
                                </p>
                            }
                        })}
                </Card> })}
                <Card title=move || {
                    if called { t_string!(i18n, triggered.step_sender) } else { t_string!(i18n, campaigns.sender_and_time) }
                }>
                    <About review />
                </Card>
            </div>
        </div>
    }
    .into_any()
}

/// How a message definition is called, and what its approval does.
#[component]
fn Called(definition: ReviewedDefinition, waiting: bool) -> impl IntoView {
    let i18n = use_i18n();
    let ReviewedDefinition {
        key,
        parameters,
        senders,
        quiet_hours,
        live,
    } = definition;
    let replaces = move || match live {
        Some(number) => t_string!(i18n, triggered.replaces, number = number).to_string(),
        None => t_string!(i18n, triggered.replaces_nothing).to_string(),
    };
    view! {
        <Card title=move || t_string!(i18n, triggered.definition)>
            <div class="flex flex-col gap-3" data-testid="reviewed-definition">
                <p><code class="text-[13px] break-all">{key}</code></p>
                {waiting.then(|| view! { <p class="text-[13px] text-muted">{t!(i18n, triggered.at_once)} " " {replaces}</p> })}
                <ParameterList parameters />
                {(!senders.is_empty()).then(|| view! { <ul class="border-t border-line pt-3">{senders.into_iter().map(|it| view! { <OtherSender it /> }).collect_view()}</ul> })}
                {quiet_hours
                    .map(|it| {
                        view! {
                            <p class="border-t border-line pt-3 text-[13px]">
                                {t!(i18n, triggered.quiet_hours)} ": "
                                {move || {
                                    let (from, until, zone) = (it.from.clone(), it.until.clone(), it.time_zone.clone());
                                    t_string!(i18n, triggered.quiet_from_until, from = from, until = until, zone = zone).to_string()
                                }}
                            </p>
                        }
                    })}
            </div>
        </Card>
    }
    .into_any()
}

#[component]
fn OtherSender(it: ReviewedSender) -> impl IntoView {
    let i18n = use_i18n();
    let text = move || {
        let sender = format!("{} <{}>", it.from_name, it.from_address);
        t_string!(
            i18n,
            triggered.other_sender,
            attribute = it.attribute.clone(),
            values = it.is.join(", "),
            sender = sender
        )
        .to_string()
    };
    view! { <li class="py-1 text-[13px] break-words">{text}</li> }.into_any()
}

#[component]
fn About(review: ReviewDetail) -> impl IntoView {
    let i18n = use_i18n();
    let called = review.definition.is_some();
    let when = match review.schedule {
        Schedule::Now => view! { {t!(i18n, campaigns.when_now)} }.into_any(),
        Schedule::At { at, .. } => view! { <Moment at style=TimeStyle::DateTimeZone /> }.into_any(),
    };
    let (everyone, include, exclude) = (
        review.audience.everyone,
        review.include_topics,
        review.exclude_topics,
    );
    let languages = review.audience.languages;
    let kind = review.classification;
    let sender = review.sender;
    let limit = review.throttle_per_hour.and_then(|it| u64::try_from(it).ok());
    let seal = review.revision.seal;
    view! {
        <Facts>
            <FactRow label=move || t_string!(i18n, campaigns.sender)>
                {sender.from_name} <span class="block text-[13px] text-muted break-all">{sender.from_address}</span>
            </FactRow>
            {sender
                .reply_to
                .map(|address| view! { <FactRow label=move || t_string!(i18n, campaigns.reply_to)>{address}</FactRow> })}
            {(!called).then(|| view! { <FactRow label=move || t_string!(i18n, campaigns.when)>{when}</FactRow> })}
            <FactRow label=move || t_string!(i18n, campaigns.kind)>{move || kind_text(i18n, kind)}</FactRow>
            {(!called)
                .then(|| {
                    let include = include.clone();
                    view! {
                        <FactRow label=move || t_string!(i18n, campaigns.whom)>
                            {move || if everyone { t_string!(i18n, campaigns.everyone).to_owned() } else { include.join(", ") }}
                        </FactRow>
                    }
                })}
            {(called && !include.is_empty())
                .then(|| {
                    view! { <FactRow label=move || t_string!(i18n, campaigns.include_topics)>{include.join(", ")}</FactRow> }
                })}
            {(!exclude.is_empty())
                .then(|| {
                    view! { <FactRow label=move || t_string!(i18n, campaigns.exclude_topics)>{exclude.join(", ")}</FactRow> }
                })}
            {(!languages.is_empty())
                .then(|| {
                    view! {
                        <FactRow label=move || t_string!(i18n, campaigns.only_languages)>
                            {move || languages.iter().map(|it| language_text(i18n, *it)).collect::<Vec<_>>().join(", ")}
                        </FactRow>
                    }
                })}
            {limit
                .map(|limit| {
                    view! {
                        <FactRow label=move || t_string!(i18n, campaigns.throttle)>
                            {move || number(i18n.get_locale(), limit)}
                        </FactRow>
                    }
                })}
            <FactRow label=move || t_string!(i18n, campaigns.seal)>
                <span class="font-mono text-xs break-all">{seal}</span>
            </FactRow>
        </Facts>
    }
    .into_any()
}
