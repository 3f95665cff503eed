//! All messages of the unit.

use super::AreaTabs;
use super::api::list_campaigns;
use crate::layout::use_here;
use crate::reports::{StateBadge, state_text};
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use types::access::Permission;
use types::campaigns::{CampaignRow, CampaignState};

#[component]
pub(super) fn List() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let unit = here.key;
    let query = use_list_query(&["state", "archived"]);
    let rows = Resource::new(
        move || (unit.get(), query.get()),
        |(unit, query)| list_campaigns(unit, query),
    );
    let states = Signal::derive(move || {
        CampaignState::ALL
            .iter()
            .map(|state| {
                (
                    state.as_str().to_owned(),
                    state_text(i18n, state.as_str()).to_owned(),
                )
            })
            .collect::<Vec<_>>()
    });
    let archived = Signal::derive(move || {
        vec![(
            "yes".to_owned(),
            t_string!(i18n, campaigns.archived_only).to_owned(),
        )]
    });
    let filters = move || {
        view! {
            <FilterSelect key="state" label=move || t_string!(i18n, campaigns.state) options=states />
            <FilterSelect key="archived" label=move || t_string!(i18n, campaigns.archive) options=archived />
        }
    };
    view! {
        <Title text=move || t_string!(i18n, campaigns.title).to_string() />
        <PageHeader
            title=move || t_string!(i18n, campaigns.title)
            text=move || t_string!(i18n, campaigns.subtitle)
            actions=move || view! { <NewButton /> }
        />
        <AreaTabs selected="campaigns" />
        <DataTable
            caption=move || t_string!(i18n, campaigns.title)
            query
            rows
            columns=columns()
            row_id=|row: &CampaignRow| row.id.to_string()
            search=move || t_string!(i18n, campaigns.search)
            filters
            empty=move || {
                view! {
                    <EmptyState
                        icon=Icon::Messages
                        title=move || t_string!(i18n, campaigns.empty_title)
                        text=move || t_string!(i18n, campaigns.empty_text)
                    >
                        <NewButton />
                    </EmptyState>
                }
            }
        />
    }
    .into_any()
}

#[component]
fn NewButton() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    view! {
        <Show when=move || here.may(Permission::EditCampaigns)>
            <LinkButton href=Signal::derive(move || here.href("/messages/new")) kind=Kind::Primary icon=Icon::Plus>
                {t!(i18n, campaigns.new)}
            </LinkButton>
        </Show>
    }
    .into_any()
}

fn columns() -> Vec<Column<CampaignRow>> {
    let i18n = use_i18n();
    let here = use_here();
    vec![
        Column::new(move || t_string!(i18n, campaigns.col_name), move |row: &CampaignRow| {
            let href = here.href(&format!("/messages/{}", row.id));
            view! {
                <a href=href class="font-medium text-ink no-underline hover:underline">{row.name.clone()}</a>
                <span class="block max-w-prose truncate text-[13px] text-muted">{row.subject.clone()}</span>
            }
        })
        .sortable("name"),
        Column::new(
            move || t_string!(i18n, campaigns.state),
            |row: &CampaignRow| view! { <StateBadge state=row.state.as_str() /> },
        ),
        Column::new(move || t_string!(i18n, campaigns.col_when), move |row: &CampaignRow| {
            match row.started_at.or(row.scheduled_for) {
                Some(at) => view! { <Moment at /> }.into_any(),
                None => view! { <span class="text-muted">"–"</span> }.into_any(),
            }
        })
        .wide_only(),
        Column::new(move || t_string!(i18n, campaigns.col_sent), move |row: &CampaignRow| {
            let (sent, begun) = (u64::try_from(row.sent).unwrap_or(0), row.started_at.is_some());
            view! { {move || if begun { number(i18n.get_locale(), sent) } else { "–".to_owned() }} }
        })
        .figures()
        .wide_only(),
        Column::new(move || t_string!(i18n, campaigns.col_author), |row: &CampaignRow| row.author.clone())
            .wide_only(),
        Column::new(move || t_string!(i18n, campaigns.col_updated), |row: &CampaignRow| {
            view! { <Moment at=row.updated_at /> }
        })
        .sortable("updated"),
    ]
}
