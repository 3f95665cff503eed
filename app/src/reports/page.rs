//! The report of one message: in words, then in charts. Live while the message is being sent.

use super::api::read_report;
use super::charts::{CourseCard, FunnelCard, LinksCard};
use super::reasons::ReasonsCard;
use super::sentence::sentence;
use super::words::StateBadge;
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use std::time::Duration;
use types::CampaignId;
use types::reports::CampaignReport;

/// How often a report is read again while the message is being sent.
const LIVE: Duration = Duration::from_secs(4);

/// `/c/:unit/reports/:id`
#[component]
pub(super) fn Page() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params.with(|params| params.get("id").and_then(|id| id.parse::<CampaignId>().ok()))
    });
    view! {
        <Title text=move || t_string!(i18n, reports.title).to_string() />
        {move || match id.get() {
            Some(id) => {
                view! {
                    <Breadcrumb crumbs=vec![
                        Crumb::new(move || t_string!(i18n, reports.title), here.href("/reports")),
                        Crumb::here(move || t_string!(i18n, reports.report)),
                    ] />
                    <CampaignReportView id headed=true />
                }
                    .into_any()
            }
            None => {
                view! {
                    <EmptyState
                        icon=Icon::Search
                        title=move || t_string!(i18n, common.not_found_title)
                        text=move || t_string!(i18n, common.not_found_text)
                    />
                }
                    .into_any()
            }
        }}
    }
    .into_any()
}

/// A campaign's report, for its own page and for the message's page. `headed`: with the message's name as `h1`.
#[component]
pub fn CampaignReportView(id: CampaignId, #[prop(optional)] headed: bool) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let unit = here.key;
    let report = Resource::new(move || unit.get(), move |unit| read_report(unit, id));
    // Read again while the message is under way; the page stays as it is meanwhile.
    let wait = StoredValue::new(None::<TimeoutHandle>);
    Effect::new(move |_| {
        let live = report.with(|answer| {
            matches!(answer, Some(Ok(Some(report))) if matches!(report.state.as_str(), "sending" | "paused"))
        });
        if live {
            wait.set_value(set_timeout_with_handle(move || report.refetch(), LIVE).ok());
        }
    });
    on_cleanup(move || {
        if let Some(handle) = wait.try_get_value().flatten() {
            handle.clear();
        }
    });
    view! {
        <Transition fallback=|| view! { <SkeletonRows rows=8 /> }>
            {move || {
                report
                    .get()
                    .map(|answer| match answer {
                        Ok(Some(report)) => view! { <Report report headed /> }.into_any(),
                        Ok(None) => {
                            view! {
                                <Card>
                                    <EmptyState
                                        icon=Icon::Reports
                                        title=move || t_string!(i18n, reports.not_begun_title)
                                        text=move || t_string!(i18n, reports.not_begun_text)
                                    />
                                </Card>
                            }
                                .into_any()
                        }
                        Err(error) => {
                            view! { <Notice tone=Tone::Danger>{error_text(i18n.get_locale(), &error)}</Notice> }.into_any()
                        }
                    })
            }}
        </Transition>
    }
    .into_any()
}

#[component]
fn Report(report: CampaignReport, headed: bool) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let unit = here.key.get_untracked();
    let csv = |part: &str| format!("/files/reports/{unit}/{}/{part}.csv", report.campaign_id);
    let counts = report.counts;
    let (name, state) = (report.name.clone(), report.state.clone());
    let words = report.clone();
    let label = report.name.clone();
    let done = counts.audience - counts.pending;
    let under_way = matches!(report.state.as_str(), "sending" | "paused");
    view! {
        {headed
            .then(|| {
                let message = here.href(&format!("/messages/{}", report.campaign_id));
                let actions = move || {
                    view! { <LinkButton href=message.clone()>{t!(i18n, reports.open_message)}</LinkButton> }
                };
                view! { <PageHeader title=name badge=move || view! { <StateBadge state=state.clone() /> } actions /> }
            })}
        {under_way
            .then(|| {
                view! {
                    <div class="mb-4">
                        <Card>
                            <Progress label=label done=Signal::stored(done) total=Signal::stored(counts.audience) />
                        </Card>
                    </div>
                }
            })}
        <p class="mb-2 max-w-3xl text-base">{move || sentence(i18n, &words)}</p>
        <p class="mb-6 max-w-3xl text-[13px] text-muted">
            {t!(i18n, reports.machines_note)} " " {t!(i18n, reports.delivered_note)}
        </p>
        <div class="mb-4 grid gap-4 lg:grid-cols-2">
            <FunnelCard report=report.clone() csv=csv("summary") />
            <LinksCard report=report.clone() csv=csv("links") />
        </div>
        <div class="mb-4">
            <CourseCard report=report.clone() csv=csv("hours") />
        </div>
        <div class="mb-4 grid gap-4 sm:grid-cols-3">
            <After count=counts.unsubscribed delivered=counts.delivered label=move || t_string!(i18n, reports.stat_unsubscribed) />
            <After count=counts.bounced delivered=counts.sent label=move || t_string!(i18n, reports.stat_bounced) />
            <After count=counts.complained delivered=counts.delivered label=move || t_string!(i18n, reports.stat_complained) />
        </div>
        <ReasonsCard report=report.clone() csv=csv("reasons") />
    }
    .into_any()
}

/// What came back after the hand-off, with its share.
#[component]
fn After(#[prop(into)] label: TextProp, count: u64, delivered: u64) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <Stat
            label
            value=move || number(i18n.get_locale(), count)
            note=move || percent(i18n.get_locale(), count as f64 / delivered as f64)
        />
    }
    .into_any()
}
