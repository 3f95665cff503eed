//! Messages that were asked for: searched by address, by the caller's key, by definition and time.

use super::api::{list_definitions, list_messages};
use super::words::MessageBadge;
use crate::layout::{query_value, use_here};
use crate::messages::AreaTabs;
use crate::reports::rule_text;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use types::PageQuery;
use types::access::Permission;
use types::messages::MessageRow;

#[component]
pub(super) fn List() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let query = use_list_query(&["definition", "from", "to"]);
    let zone = StoredValue::new(zone_name());
    let rows = Resource::new(
        move || (here.key.get(), query.get()),
        move |(unit, query)| list_messages(unit, query, zone.get_value()),
    );
    let known = Resource::new(
        move || here.key.get(),
        |unit| {
            let query = PageQuery {
                limit: Some(types::page::MAX_LIMIT),
                ..PageQuery::default()
            };
            list_definitions(unit, query)
        },
    );
    let definitions = Signal::derive(move || {
        let mut keys: Vec<String> = known
            .get()
            .and_then(Result::ok)
            .map(|page| page.items.into_iter().map(|it| it.definition.key).collect())
            .unwrap_or_default();
        // One that was archived still has its messages.
        let chosen = query.with(|it| it.filters.get("definition").cloned());
        keys.extend(chosen.filter(|it| !keys.contains(it)));
        keys.into_iter().map(|key| (key.clone(), key)).collect::<Vec<_>>()
    });
    let csv = Signal::derive(move || {
        let unit = here.key.get();
        let of = |name: &str| query.with(|it| it.filters.get(name).cloned().unwrap_or_default());
        let (search, zone) = (query.with(|it| it.search.clone()), zone.get_value());
        let mut address = format!("/files/messages/{unit}/messages.csv?zone={}", query_value(&zone));
        for (name, value) in [
            ("q", search),
            ("definition", of("definition")),
            ("from", of("from")),
            ("to", of("to")),
        ] {
            if !value.is_empty() {
                address = format!("{address}&{name}={}", query_value(&value));
            }
        }
        address
    });
    view! {
        <Title text=move || t_string!(i18n, triggered.tab_asked).to_string() />
        <PageHeader
            title=move || t_string!(i18n, triggered.tab_asked)
            text=move || t_string!(i18n, triggered.asked_subtitle)
            actions=move || {
                view! {
                    <Show when=move || here.may(Permission::ExportContacts)>
                        <LinkButton href=csv icon=Icon::Download download=true>{t!(i18n, common.download_csv)}</LinkButton>
                    </Show>
                }
            }
        />
        <AreaTabs selected="asked" />
        <DataTable
            caption=move || t_string!(i18n, triggered.tab_asked)
            query
            rows
            columns=columns()
            row_id=|row: &MessageRow| row.id.to_string()
            search=move || t_string!(i18n, triggered.search_asked)
            filters=move || {
                view! {
                    <Suspense fallback=|| view! { <Skeleton class="h-9 w-44" /> }>
                        {move || {
                            // Read here, so that the Suspense around waits for it.
                            let _ = known.get();
                            view! { <FilterSelect key="definition" label=move || t_string!(i18n, triggered.definition) options=definitions /> }
                        }}
                    </Suspense>
                    <FilterDay key="from" label=move || t_string!(i18n, triggered.from_day) />
                    <FilterDay key="to" label=move || t_string!(i18n, triggered.to_day) />
                }
            }
            empty=move || {
                view! {
                    <EmptyState
                        icon=Icon::Inbox
                        title=move || t_string!(i18n, triggered.asked_empty)
                        text=move || t_string!(i18n, triggered.asked_empty_text)
                    >
                        <LinkButton href=Signal::derive(move || here.href("/messages/playground")) icon=Icon::Sparkles>
                            {t!(i18n, triggered.tab_playground)}
                        </LinkButton>
                    </EmptyState>
                }
            }
        />
    }
    .into_any()
}

fn columns() -> Vec<Column<MessageRow>> {
    let i18n = use_i18n();
    let here = use_here();
    vec![
        Column::new(
            move || t_string!(i18n, campaigns.recipient),
            move |row: &MessageRow| {
                let href = here.href(&format!("/messages/asked/{}", row.id));
                let address = if row.address.is_empty() {
                    "–".to_owned()
                } else {
                    row.address.clone()
                };
                // Without a key of the caller's it is the id, which says nothing.
                let key = (row.key != row.id.to_string()).then(|| row.key.clone());
                view! {
                    <a href=href class="font-medium text-ink no-underline break-all hover:underline">{address}</a>
                    {key.map(|key| view! { <code class="block text-xs text-muted break-all">{key}</code> })}
                }
            },
        ),
        Column::new(
            move || t_string!(i18n, campaigns.state),
            move |row: &MessageRow| {
                let (state, rule) = (row.state, row.rule.clone());
                view! {
                    <MessageBadge state />
                    {(!rule.is_empty())
                        .then(|| {
                            view! {
                                <span class="block text-[13px] text-muted">
                                    {move || rule_text(i18n, state.as_str(), &rule, None)}
                                </span>
                            }
                        })}
                }
            },
        ),
        Column::new(
            move || t_string!(i18n, triggered.definition),
            |row: &MessageRow| {
                view! {
                    <code class="text-[13px] break-all">{row.definition.clone()}</code>
                    " "
                    <span class="text-[13px] text-muted tabular-nums">"v" {row.version}</span>
                }
            },
        )
        .wide_only(),
        Column::new(
            move || t_string!(i18n, triggered.asked_at),
            |row: &MessageRow| view! { <Moment at=row.created_at /> },
        ),
    ]
}
