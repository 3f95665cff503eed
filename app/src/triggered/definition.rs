//! One message definition: what calls are answered with now, what is being prepared beside it, and its versions.

use super::actions::Actions;
use super::api::read_definition;
use super::versions::Versions;
use super::words::{DefinitionBadges, ParameterList, count_text};
use crate::layout::{query_value, use_here};
use crate::messages::use_campaign_id;
use crate::messages::words::{kind_text, language_text};
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use types::Code;
use types::access::Permission;
use types::approvals::ReviewState;
use types::campaigns::{CampaignState, ReviewSummary};
use types::definitions::DefinitionView;

/// `/c/:unit/messages/definitions/:id`
#[component]
pub(super) fn Detail() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let id = use_campaign_id();
    let found = Resource::new(
        move || (here.key.get(), id.get()),
        |(unit, id)| async move {
            match id {
                Some(id) => read_definition(unit, id).await,
                None => Err(Code::NotFound.into()),
            }
        },
    );
    let reload = Callback::new(move |()| found.refetch());
    view! {
        <Transition fallback=|| view! { <SkeletonRows rows=8 /> }>
            {move || {
                found
                    .get()
                    .map(|answer| match answer {
                        Ok(it) => view! { <Loaded it reload /> }.into_any(),
                        Err(error) => {
                            view! {
                                <Title text=move || t_string!(i18n, triggered.tab_definitions).to_string() />
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
fn Loaded(it: DefinitionView, reload: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let definition = it.detail.definition.clone();
    let (name, title, key) = (
        definition.name.clone(),
        definition.name.clone(),
        definition.key.clone(),
    );
    let (badges, acted) = (definition.clone(), definition.clone());
    let paused = !definition.is_active && definition.archived_at.is_none();
    let archived = definition.archived_at.is_some();
    let review = it.review.clone();
    let state = definition.state;
    view! {
        <Title text=title.clone() />
        <Breadcrumb crumbs=vec![
            Crumb::new(move || t_string!(i18n, triggered.tab_definitions), here.href("/messages/definitions")),
            Crumb::here(move || title.clone()),
        ] />
        <PageHeader
            title=name
            badge=move || view! { <DefinitionBadges definition=badges.clone() /> }
            actions=move || view! { <Actions definition=acted.clone() reload /> }
        />
        <p class="-mt-4 mb-6 text-[13px] text-muted">{t!(i18n, triggered.key)} " " <code class="text-ink break-all">{key}</code></p>
        <div class="flex flex-col gap-6">
            {paused.then(|| view! { <Notice tone=Tone::Warning>{t!(i18n, triggered.is_paused)}</Notice> })}
            {archived.then(|| view! { <Notice tone=Tone::Neutral>{t!(i18n, triggered.is_archived)}</Notice> })}
            {review.map(|review| view! { <Review review state /> })}
            <div class="grid items-start gap-6 lg:grid-cols-2">
                <Live it=it.clone() />
                <Draft it=it.clone() />
            </div>
            <Versions versions=it.versions />
        </div>
    }
    .into_any()
}

/// What became of the last review, where the reader should know.
#[component]
fn Review(review: ReviewSummary, state: CampaignState) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let link = here.href(&format!("/approvals/{}", review.id));
    match (review.state, state) {
        (ReviewState::Waiting, _) => {
            let by = review.requested_by;
            view! {
                <Notice tone=Tone::Info>
                    <p>{t!(i18n, campaigns.waiting_since, person = by)}</p>
                    <p class="mt-2"><a href=link class="text-accent underline">{t!(i18n, campaigns.open_review)}</a></p>
                </Notice>
            }
            .into_any()
        }
        (ReviewState::Rejected, CampaignState::Draft) => {
            let person = review.decided_by.unwrap_or_default();
            view! {
                <Notice tone=Tone::Warning>
                    <p>{t!(i18n, campaigns.rejected_by, person = person)}</p>
                    <blockquote class="mt-2 border-l-2 border-line-strong pl-3 whitespace-pre-line">{review.comment}</blockquote>
                </Notice>
            }
            .into_any()
        }
        _ => ().into_any(),
    }
}

/// What calls are answered with.
#[component]
fn Live(it: DefinitionView) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let definition = it.detail.definition;
    let usage = it.usage;
    let asked = here.href(&format!(
        "/messages/asked?definition={}",
        query_value(&definition.key)
    ));
    let Some(live) = definition.live else {
        return view! {
            <Card title=move || t_string!(i18n, triggered.live)>
                <p class="text-muted">{t!(i18n, triggered.nothing_live)}</p>
            </Card>
        }
        .into_any();
    };
    let number = live.number;
    let reads = here.may(Permission::ReadMessages);
    view! {
        <Card title=move || t_string!(i18n, triggered.live)>
            <Facts>
                <FactRow label=move || t_string!(i18n, triggered.version)>
                    <span data-testid="live-version">{number}</span> ", " {t!(i18n, triggered.since)} " " <Moment at=live.since />
                </FactRow>
                <FactRow label=move || t_string!(i18n, triggered.called)>
                    {move || {
                        let (day, week) = (count_text(i18n, usage.day), count_text(i18n, usage.week));
                        t_string!(i18n, triggered.called_counts, day = day, week = week).to_string()
                    }}
                    {usage.last.map(|at| view! { <span class="block text-[13px] text-muted">{t!(i18n, triggered.last_used)} " " <Moment at /></span> })}
                    {reads.then(|| view! { <a href=asked class="block text-accent underline">{t!(i18n, triggered.to_asked)}</a> })}
                </FactRow>
                <FactRow label=move || t_string!(i18n, triggered.parameters)>
                    <ParameterList parameters=live.parameters />
                </FactRow>
            </Facts>
        </Card>
    }
    .into_any()
}

/// What is written beside it, and in which respects it is another.
#[component]
fn Draft(it: DefinitionView) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let submitted = it.versions.first().cloned();
    let definition = it.detail.definition;
    let (state, kind, id) = (definition.state, definition.classification, definition.id);
    let subjects = it
        .detail
        .content
        .languages
        .into_iter()
        .map(|(language, it)| {
            view! {
                <span class="block">
                    {it.subject} " " <span class="text-muted">"(" {move || language_text(i18n, language)} ")"</span>
                </span>
            }
        })
        .collect_view();
    let edits = here.may(Permission::EditCampaigns) && definition.archived_at.is_none();
    let edit = here.href(&format!("/messages/definitions/{id}/edit"));
    let same = state == CampaignState::Approved;
    let body = if same {
        view! { <p class="text-muted">{t!(i18n, triggered.draft_is_live)}</p> }.into_any()
    } else {
        let changed = definition
            .live
            .as_ref()
            .map(|live| live.parameters != definition.parameters);
        let parameters = definition.parameters;
        view! {
            <Facts>
                {(state == CampaignState::InReview)
                    .then(|| submitted.map(|it| view! {
                        <FactRow label=move || t_string!(i18n, campaigns.submitted_version)>
                            {t!(i18n, campaigns.version_number, number = it.number)} ", " <Moment at=it.submitted_at />
                        </FactRow>
                    }))}
                <FactRow label=move || t_string!(i18n, campaigns.subject)>{subjects}</FactRow>
                <FactRow label=move || t_string!(i18n, campaigns.kind)>{move || kind_text(i18n, kind)}</FactRow>
                <FactRow label=move || t_string!(i18n, campaigns.col_updated)><Moment at=definition.updated_at /></FactRow>
                <FactRow label=move || t_string!(i18n, triggered.parameters)>
                    {(changed == Some(false)).then(|| view! { <p class="text-[13px] text-muted">{t!(i18n, triggered.same_parameters)}</p> })}
                    {(changed != Some(false)).then(|| view! { <ParameterList parameters /> })}
                </FactRow>
            </Facts>
        }
        .into_any()
    };
    let actions = move || {
        let edit = edit.clone();
        (edits && state != CampaignState::InReview).then(|| {
            view! {
                <LinkButton href=edit size=Size::Small icon=Icon::Edit>
                    {move || if same { t_string!(i18n, triggered.draft_next) } else { t_string!(i18n, campaigns.edit) }}
                </LinkButton>
            }
        })
    };
    view! { <Card title=move || t_string!(i18n, triggered.draft) actions>{body}</Card> }.into_any()
}
