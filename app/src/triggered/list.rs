//! The unit's message definitions.

use super::api::list_definitions;
use super::words::{DefinitionBadges, count_text};
use crate::layout::use_here;
use crate::messages::AreaTabs;
use crate::messages::words::kind_text;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use types::access::Permission;
use types::definitions::DefinitionRow;

#[component]
pub(super) fn List() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let query = use_list_query(&["state", "archived"]);
    let rows = Resource::new(
        move || (here.key.get(), query.get()),
        |(unit, query)| list_definitions(unit, query),
    );
    let states = Signal::derive(move || {
        [
            ("live", t_string!(i18n, triggered.state_live)),
            ("in_review", t_string!(i18n, triggered.state_in_review)),
            ("draft", t_string!(i18n, triggered.state_draft)),
            ("paused", t_string!(i18n, triggered.state_paused)),
        ]
        .map(|(value, label)| (value.to_owned(), label.to_owned()))
        .to_vec()
    });
    let archived = Signal::derive(move || {
        vec![(
            "yes".to_owned(),
            t_string!(i18n, campaigns.archived_only).to_owned(),
        )]
    });
    view! {
        <Title text=move || t_string!(i18n, triggered.tab_definitions).to_string() />
        <PageHeader
            title=move || t_string!(i18n, triggered.tab_definitions)
            text=move || t_string!(i18n, triggered.definitions_subtitle)
            actions=move || view! { <NewButton /> }
        />
        <AreaTabs selected="definitions" />
        <DataTable
            caption=move || t_string!(i18n, triggered.tab_definitions)
            query
            rows
            columns=columns()
            row_id=|row: &DefinitionRow| row.definition.id.to_string()
            search=move || t_string!(i18n, triggered.search_definitions)
            filters=move || {
                view! {
                    <FilterSelect key="state" label=move || t_string!(i18n, campaigns.state) options=states />
                    <FilterSelect key="archived" label=move || t_string!(i18n, campaigns.archive) options=archived />
                }
            }
            empty=move || {
                view! {
                    <EmptyState
                        icon=Icon::Command
                        title=move || t_string!(i18n, triggered.empty_title)
                        text=move || t_string!(i18n, triggered.empty_text)
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
            <LinkButton href=Signal::derive(move || here.href("/messages/definitions/new")) kind=Kind::Primary icon=Icon::Plus>
                {t!(i18n, triggered.new)}
            </LinkButton>
        </Show>
    }
    .into_any()
}

fn columns() -> Vec<Column<DefinitionRow>> {
    let i18n = use_i18n();
    let here = use_here();
    vec![
        Column::new(
            move || t_string!(i18n, triggered.definition),
            move |row: &DefinitionRow| {
                let it = &row.definition;
                let href = here.href(&format!("/messages/definitions/{}", it.id));
                view! {
                    <a href=href class="font-medium text-ink no-underline hover:underline">{it.name.clone()}</a>
                    <code class="block max-w-prose truncate text-xs text-muted">{it.key.clone()}</code>
                }
            },
        ),
        Column::new(
            move || t_string!(i18n, campaigns.state),
            |row: &DefinitionRow| view! { <DefinitionBadges definition=row.definition.clone() /> },
        ),
        Column::new(
            move || t_string!(i18n, campaigns.kind),
            move |row: &DefinitionRow| {
                let kind = row.definition.classification;
                view! { {move || kind_text(i18n, kind)} }
            },
        )
        .wide_only(),
        Column::new(
            move || t_string!(i18n, triggered.version),
            |row: &DefinitionRow| {
                row.definition
                    .live
                    .as_ref()
                    .map_or_else(|| "–".to_owned(), |it| it.number.to_string())
            },
        )
        .figures()
        .wide_only(),
        Column::new(
            move || t_string!(i18n, triggered.last_day),
            move |row: &DefinitionRow| {
                let count = row.usage.day;
                view! { {move || count_text(i18n, count)} }
            },
        )
        .figures()
        .wide_only(),
        Column::new(
            move || t_string!(i18n, triggered.last_week),
            move |row: &DefinitionRow| {
                let count = row.usage.week;
                view! { {move || count_text(i18n, count)} }
            },
        )
        .figures()
        .wide_only(),
        Column::new(
            move || t_string!(i18n, triggered.last_used),
            |row: &DefinitionRow| match row.usage.last {
                Some(at) => view! { <Moment at /> }.into_any(),
                None => view! { <span class="text-muted">"–"</span> }.into_any(),
            },
        ),
    ]
}
