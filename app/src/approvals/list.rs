//! What waits for the reader, and what was decided.

use super::api::list_reviews;
use crate::layout::{unit_href, use_here};
use crate::messages::words::people_text;
use crate::ui::*;
use i18n::{I18nContext, Locale, t_string, use_i18n};
use leptos::prelude::*;
use types::approvals::{ReviewRow, ReviewState};
use types::campaigns::Schedule;

#[component]
pub(super) fn List() -> impl IntoView {
    let i18n = use_i18n();
    let query = use_list_query(&["state"]);
    let rows = Resource::new(move || query.get(), list_reviews);
    let here = use_here();
    let all = move || query.with(|query| query.filters.get("state").is_some_and(|it| it == "all"));
    let tabs = vec![
        Tab::link(
            "waiting",
            move || t_string!(i18n, campaigns.reviews_waiting),
            Signal::derive(move || here.href("/approvals")),
        ),
        Tab::link(
            "all",
            move || t_string!(i18n, campaigns.reviews_all),
            Signal::derive(move || here.href("/approvals?state=all")),
        ),
    ];
    view! {
        <Title text=move || t_string!(i18n, campaigns.approvals_title).to_string() />
        <PageHeader
            title=move || t_string!(i18n, campaigns.approvals_title)
            text=move || t_string!(i18n, campaigns.approvals_subtitle)
        />
        <div class="mb-6">
            <TabLinks
                label=move || t_string!(i18n, campaigns.approvals_title)
                tabs
                selected=Signal::derive(move || if all() { "all" } else { "waiting" }.to_owned())
            />
        </div>
        <DataTable
            caption=move || t_string!(i18n, campaigns.approvals_title)
            query
            rows
            columns=columns()
            row_id=|row: &ReviewRow| row.id.to_string()
            search=move || t_string!(i18n, campaigns.search)
            empty=move || {
                view! {
                    <EmptyState
                        icon=Icon::Approvals
                        title=move || t_string!(i18n, campaigns.nothing_waits)
                        text=move || t_string!(i18n, campaigns.nothing_waits_text)
                    />
                }
            }
        />
    }
    .into_any()
}

/// What became of a review, in a word.
pub(super) fn review_text(i18n: I18nContext<Locale>, state: ReviewState) -> &'static str {
    match state {
        ReviewState::Waiting => t_string!(i18n, campaigns.review_waiting),
        ReviewState::Approved => t_string!(i18n, campaigns.review_approved),
        ReviewState::Rejected => t_string!(i18n, campaigns.review_rejected),
        ReviewState::Withdrawn => t_string!(i18n, campaigns.review_withdrawn),
    }
}

pub(super) fn review_tone(state: ReviewState) -> Tone {
    match state {
        ReviewState::Waiting => Tone::Accent,
        ReviewState::Approved => Tone::Success,
        ReviewState::Rejected => Tone::Warning,
        ReviewState::Withdrawn => Tone::Neutral,
    }
}

fn columns() -> Vec<Column<ReviewRow>> {
    let i18n = use_i18n();
    vec![
        Column::new(
            move || t_string!(i18n, campaigns.col_name),
            move |row: &ReviewRow| {
                let href = unit_href(&row.unit_key, &format!("/approvals/{}", row.id));
                view! {
                    <a href=href class="font-medium text-ink no-underline hover:underline">{row.campaign.clone()}</a>
                    <span class="block text-[13px] text-muted">{row.unit.clone()}</span>
                    {row.definition.clone().map(|key| view! {
                        <span class="block text-[13px] text-muted">
                            {move || t_string!(i18n, triggered.definition)} " " <code class="text-xs">{key}</code>
                        </span>
                    })}
                }
            },
        ),
        Column::new(
            move || t_string!(i18n, campaigns.state),
            move |row: &ReviewRow| {
                let (state, own) = (row.state, row.own_work && row.state == ReviewState::Waiting);
                view! {
                    <Badge text=move || review_text(i18n, state) tone=review_tone(state) />
                    {own.then(|| view! { <span class="block text-[13px] text-muted">{move || t_string!(i18n, campaigns.own_work_short)}</span> })}
                }
            },
        ),
        Column::new(
            move || t_string!(i18n, campaigns.requested),
            |row: &ReviewRow| {
                view! {
                    <span class="block">{row.requested_by.clone()}</span>
                    <span class="block text-[13px] text-muted"><Moment at=row.requested_at /></span>
                }
            },
        ),
        Column::new(
            move || t_string!(i18n, campaigns.who_gets_it),
            move |row: &ReviewRow| {
                let (count, definition) = (row.audience_count, row.definition.is_some());
                view! {
                    {move || if definition { t_string!(i18n, triggered.whoever_is_named).to_owned() } else { people_text(i18n, count) }}
                }
            },
        )
        .wide_only(),
        Column::new(
            move || t_string!(i18n, campaigns.when),
            move |row: &ReviewRow| match row.schedule {
                Schedule::Now => view! { {move || t_string!(i18n, campaigns.when_now)} }.into_any(),
                Schedule::At { at, .. } => view! { <Moment at /> }.into_any(),
            },
        )
        .wide_only(),
    ]
}
