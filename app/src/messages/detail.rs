//! One message: where it stands, what can be done, how far it is, its report and its recipients.

use super::actions::Actions;
use super::api::read_campaign;
use super::ledger::Ledger;
use super::progress::Live;
use super::use_campaign_id;
use super::words::{kind_text, language_text, people_text};
use crate::layout::use_here;
use crate::reports::{CampaignReportView, StateBadge};
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use types::Code;
use types::access::Permission;
use types::approvals::ReviewState;
use types::campaigns::{CampaignDetail, CampaignState, ReviewSummary, Schedule};

/// `/c/:unit/messages/:id`, with `?tab=report` and `?tab=recipients`.
#[component]
pub(super) fn Detail() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let id = use_campaign_id();
    let campaign = Resource::new(
        move || (here.key.get(), id.get()),
        |(unit, id)| async move {
            match id {
                Some(id) => read_campaign(unit, id).await,
                None => Err(Code::NotFound.into()),
            }
        },
    );
    let reload = Callback::new(move |()| campaign.refetch());
    view! {
        <Transition fallback=|| view! { <SkeletonRows rows=8 /> }>
            {move || {
                campaign
                    .get()
                    .map(|answer| match answer {
                        Ok(campaign) => view! { <Loaded campaign reload /> }.into_any(),
                        Err(error) => {
                            view! {
                                <Title text=move || t_string!(i18n, campaigns.title).to_string() />
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
fn Loaded(campaign: CampaignDetail, reload: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let query = use_query_map();
    let id = campaign.id;
    let begun = campaign.dispatch_id.is_some();
    let tab = Memo::new(move |_| match query.with(|query| query.get("tab")).as_deref() {
        Some("report") if begun => "report",
        Some("recipients") if begun => "recipients",
        _ => "overview",
    });
    let to = move |tab: &'static str| {
        Signal::derive(move || match tab {
            "overview" => here.href(&format!("/messages/{id}")),
            tab => here.href(&format!("/messages/{id}?tab={tab}")),
        })
    };
    let mut tabs = vec![Tab::link(
        "overview",
        move || t_string!(i18n, campaigns.tab_overview),
        to("overview"),
    )];
    if begun {
        tabs.push(Tab::link(
            "report",
            move || t_string!(i18n, campaigns.tab_report),
            to("report"),
        ));
        if here.may(Permission::ReadReports) {
            tabs.push(Tab::link(
                "recipients",
                move || t_string!(i18n, campaigns.tab_recipients),
                to("recipients"),
            ));
        }
    }
    let (name, title, state) = (campaign.name.clone(), campaign.name.clone(), campaign.state);
    let shown = StoredValue::new(campaign.clone());
    view! {
        <Title text=title.clone() />
        <Breadcrumb crumbs=vec![
            Crumb::new(move || t_string!(i18n, campaigns.title), here.href("/messages")),
            Crumb::here(move || title.clone()),
        ] />
        <PageHeader
            title=name
            badge=move || view! { <StateBadge state=state.as_str() /> }
            actions=move || view! { <Actions campaign=shown.get_value() reload /> }
        />
        <div class="mb-6">
            <TabLinks label=move || t_string!(i18n, campaigns.parts) tabs selected=Signal::derive(move || tab.get().to_owned()) />
        </div>
        {move || match tab.get() {
            "report" => view! { <CampaignReportView id /> }.into_any(),
            "recipients" => view! { <Ledger id /> }.into_any(),
            _ => view! { <Overview campaign=shown.get_value() reload /> }.into_any(),
        }}
    }
    .into_any()
}

#[component]
fn Overview(campaign: CampaignDetail, reload: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let (id, state) = (campaign.id, campaign.state);
    // What waits changes without the reader: somebody approves it, its time comes.
    let followed = campaign.dispatch_id.is_some() || state != CampaignState::Draft;
    let review = campaign.review.clone();
    let late = state == CampaignState::Approved;
    view! {
        <div class="flex flex-col gap-6">
            {late.then(|| view! { <Notice tone=Tone::Warning>{t!(i18n, campaigns.time_passed)}</Notice> })}
            {review.map(|review| view! { <Review review state /> })}
            {followed.then(|| view! { <Live id reload /> })}
            <Card title=move || t_string!(i18n, campaigns.what_is_sent)>
                <AboutCampaign campaign />
            </Card>
        </div>
    }
    .into_any()
}

/// What became of the last review, where the reader should know.
#[component]
fn Review(review: ReviewSummary, state: CampaignState) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let comment = review.comment.clone();
    let said = (!comment.is_empty()).then(|| view! { <blockquote class="mt-2 border-l-2 border-line-strong pl-3 whitespace-pre-line">{comment}</blockquote> });
    let person = review.decided_by.clone().unwrap_or_default();
    let by = review.requested_by.clone();
    let link = here.href(&format!("/approvals/{}", review.id));
    let open = view! {
        <p class="mt-2"><a href=link class="text-accent underline">{t!(i18n, campaigns.open_review)}</a></p>
    };
    match (review.state, state) {
        (ReviewState::Waiting, _) => view! {
            <Notice tone=Tone::Info>
                <p>{t!(i18n, campaigns.waiting_since, person = by)}</p>
                {open}
            </Notice>
        }
        .into_any(),
        (ReviewState::Rejected, CampaignState::Draft) => view! {
            <Notice tone=Tone::Warning>
                <p>{t!(i18n, campaigns.rejected_by, person = person)}</p>
                {said}
            </Notice>
        }
        .into_any(),
        (ReviewState::Approved, CampaignState::Draft) => {
            view! { <Notice tone=Tone::Warning>{t!(i18n, campaigns.approval_dropped)}</Notice> }.into_any()
        }
        (ReviewState::Approved, _) => view! {
            <Notice tone=Tone::Success>
                <p>{t!(i18n, campaigns.approved_by, person = person)}</p>
                {said}
                {open}
            </Notice>
        }
        .into_any(),
        _ => ().into_any(),
    }
}

#[component]
fn AboutCampaign(campaign: CampaignDetail) -> impl IntoView {
    let i18n = use_i18n();
    let kind = campaign.classification;
    let content = campaign.content.clone();
    let subjects = content
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
    let when = match campaign.schedule {
        Schedule::Now => view! { {t!(i18n, campaigns.when_now)} }.into_any(),
        Schedule::At { at, .. } => view! { <Moment at style=TimeStyle::DateTimeZone /> }.into_any(),
    };
    let revision = campaign.revision.map(|it| {
        let count = it.audience_count;
        view! {
            <FactRow label=move || t_string!(i18n, campaigns.submitted_version)>
                {t!(i18n, campaigns.version_number, number = it.number)} ", " <Moment at=it.submitted_at /> ", "
                {move || people_text(i18n, count)}
                <span class="block font-mono text-xs text-muted">{it.seal[..16].to_owned()} "…"</span>
            </FactRow>
        }
    });
    let limit = campaign.throttle_per_hour.and_then(|it| u64::try_from(it).ok());
    view! {
        <Facts>
            <FactRow label=move || t_string!(i18n, campaigns.subject)>{subjects}</FactRow>
            <FactRow label=move || t_string!(i18n, campaigns.kind)>{move || kind_text(i18n, kind)}</FactRow>
            <FactRow label=move || t_string!(i18n, campaigns.when)>{when}</FactRow>
            {limit
                .map(|limit| {
                    view! {
                        <FactRow label=move || t_string!(i18n, campaigns.throttle)>
                            {move || number(i18n.get_locale(), limit)}
                        </FactRow>
                    }
                })}
            <FactRow label=move || t_string!(i18n, campaigns.col_author)>{campaign.author.clone()}</FactRow>
            <FactRow label=move || t_string!(i18n, campaigns.last_edit)>
                {campaign.editor.clone()} ", " <Moment at=campaign.updated_at />
            </FactRow>
            {revision}
        </Facts>
    }
    .into_any()
}
