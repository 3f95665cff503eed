//! The people of the unit.

use super::{AudienceTabs, api, words};
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use std::collections::BTreeSet;
use types::access::Permission;
use types::contacts::{ContactStatus, ContactSummary};
use types::topics::localised;
use types::{ContactId, Language};

/// Statuses worth a filter: nobody looks for the erased.
const STATUSES: [ContactStatus; 5] = [
    ContactStatus::Reachable,
    ContactStatus::Unsubscribed,
    ContactStatus::Bounced,
    ContactStatus::Complained,
    ContactStatus::NoAddress,
];

pub(super) fn people_name(row: &ContactSummary) -> String {
    let name = format!("{} {}", row.first_name, row.last_name).trim().to_owned();
    if name.is_empty() { row.email.clone() } else { name }
}

#[component]
pub(super) fn People() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let query = use_list_query(&["status", "language", "topic", "import", "attribute"]);
    let rows = Resource::new(
        move || (here.key.get(), query.get()),
        |(unit, query)| api::people(unit, query),
    );
    let topics = Resource::new(move || here.key.get(), api::topics);
    let selected = RwSignal::new(BTreeSet::<String>::new());
    let asking = RwSignal::new(false);
    let toasts = use_toasts();
    let remove = Action::new(move |ids: &Vec<ContactId>| {
        let (unit, ids) = (here.key.get_untracked(), ids.clone());
        async move { api::remove_people(unit, ids).await }
    });
    Effect::new(move |_| match remove.value().get() {
        Some(Ok(count)) => {
            asking.set(false);
            selected.set(BTreeSet::new());
            toasts.success(t_string!(i18n, audience.removed, count = count).to_string());
            rows.refetch();
        }
        Some(Err(error)) => {
            asking.set(false);
            toasts.error(i18n.get_locale_untracked(), &error);
        }
        None => {}
    });
    let chosen = move || selected.with(|ids| u64::try_from(ids.len()).unwrap_or(0));
    let map = use_query_map();
    let export = Signal::derive(move || {
        format!(
            "/c-api/{}/contacts.csv{}",
            here.key.get(),
            map.with(leptos_router::params::ParamsMap::to_query_string)
        )
    });
    view! {
        <Title text=move || t_string!(i18n, audience.title).to_string() />
        <PageHeader
            title=move || t_string!(i18n, audience.title)
            text=move || t_string!(i18n, audience.people_text)
            actions=move || {
                view! {
                    <Show when=move || here.may(Permission::ExportContacts)>
                        <LinkButton href=export icon=Icon::Download download=true>{t!(i18n, audience.export_people)}</LinkButton>
                    </Show>
                    <Show when=move || here.may(Permission::ManageContacts)>
                        <LinkButton href=Signal::derive(move || here.href("/audience/people/new")) icon=Icon::Plus>
                            {t!(i18n, audience.add_person)}
                        </LinkButton>
                    </Show>
                    <Show when=move || here.may(Permission::ImportContacts)>
                        <LinkButton
                            href=Signal::derive(move || here.href("/audience/imports/new"))
                            kind=Kind::Primary
                            icon=Icon::Upload
                        >
                            {t!(i18n, audience.import_people)}
                        </LinkButton>
                    </Show>
                }
            }
        />
        <AudienceTabs selected="people" />
        <DataTable
            caption=move || t_string!(i18n, audience.people)
            query
            rows
            columns=columns()
            row_id=|row: &ContactSummary| row.id.to_string()
            row_name=people_name
            search=move || t_string!(i18n, audience.search_people)
            selected
            filters=move || view! { <Filters topics /> }
            bulk=move || {
                view! {
                    <Show when=move || here.may(Permission::ManageContacts)>
                        <Button size=Size::Small icon=Icon::Delete on_click=move |_| asking.set(true)>
                            {t!(i18n, audience.remove_from_unit)}
                        </Button>
                    </Show>
                }
            }
            empty=move || view! { <Nobody /> }
        />
        <ConfirmDialog
            id="remove-people"
            open=asking
            title=move || t_string!(i18n, audience.remove_title, count = chosen()).to_string()
            text=move || t_string!(i18n, audience.remove_text)
            confirm=move || t_string!(i18n, audience.remove_from_unit)
            busy=remove.pending()
            on_confirm=Callback::new(move |()| {
                let ids = selected.with_untracked(|ids| ids.iter().filter_map(|id| id.parse().ok()).collect::<Vec<_>>());
                remove.dispatch(ids);
            })
        />
    }
    .into_any()
}

fn columns() -> Vec<Column<ContactSummary>> {
    let i18n = use_i18n();
    let here = use_here();
    vec![
        Column::new(
            move || t_string!(i18n, common.name),
            move |row: &ContactSummary| {
                let name = format!("{} {}", row.first_name, row.last_name).trim().to_owned();
                let path = format!("/audience/people/{}", row.id);
                view! {
                    <a href=move || here.href(&path) class="font-medium text-ink">
                        {if name.is_empty() { t_string!(i18n, audience.no_name).to_owned() } else { name }}
                    </a>
                }
            },
        )
        .sortable("name"),
        Column::new(
            move || t_string!(i18n, common.email),
            |row: &ContactSummary| row.email.clone(),
        )
        .sortable("email"),
        Column::new(
            move || t_string!(i18n, audience.key),
            |row: &ContactSummary| row.key.clone().unwrap_or_default(),
        )
        .wide_only(),
        Column::new(
            move || t_string!(i18n, audience.col_language),
            |row: &ContactSummary| row.language.map_or("", Language::autonym),
        )
        .wide_only(),
        Column::new(
            move || t_string!(i18n, audience.col_topics),
            |row: &ContactSummary| row.topics.to_string(),
        )
        .figures()
        .wide_only(),
        Column::new(
            move || t_string!(i18n, audience.col_reach),
            move |row: &ContactSummary| {
                let status = row.status;
                let tone = words::status(i18n.get_locale_untracked(), status).1;
                view! { <Badge text=move || words::status(i18n.get_locale(), status).0 tone /> }
            },
        ),
        Column::new(
            move || t_string!(i18n, audience.col_since),
            |row: &ContactSummary| {
                view! { <Moment at=row.created_at style=TimeStyle::Date /> }
            },
        )
        .sortable("created")
        .wide_only(),
    ]
}

#[component]
fn Filters(topics: Resource<Result<Vec<types::topics::Topic>, types::ApiError>>) -> impl IntoView {
    let i18n = use_i18n();
    let statuses = move || {
        let locale = i18n.get_locale();
        STATUSES
            .iter()
            .map(|status| (status.as_str().to_owned(), words::status(locale, *status).0))
            .collect::<Vec<_>>()
    };
    let languages = || {
        Language::ALL
            .iter()
            .map(|l| (l.code().to_owned(), l.autonym().to_owned()))
            .collect::<Vec<_>>()
    };
    view! {
        <FilterSelect key="status" label=move || t_string!(i18n, audience.col_reach) options=Signal::derive(statuses) />
        <FilterSelect key="language" label=move || t_string!(i18n, audience.col_language) options=Signal::derive(languages) />
        <Transition>
            {move || {
                topics.get().and_then(Result::ok).filter(|topics| !topics.is_empty()).map(|topics| {
                    let options = move || {
                        let language = i18n.get_locale().to_string().parse().unwrap_or_default();
                        topics
                            .iter()
                            .map(|topic| (topic.id.to_string(), localised(&topic.name, language, Language::En).to_owned()))
                            .collect::<Vec<_>>()
                    };
                    view! {
                        <FilterSelect
                            key="topic"
                            label=move || t_string!(i18n, audience.col_topic)
                            options=Signal::derive(options)
                        />
                    }
                })
            }}
        </Transition>
    }
    .into_any()
}

#[component]
fn Nobody() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    view! {
        <EmptyState
            icon=Icon::Audience
            title=move || t_string!(i18n, audience.empty_people_title)
            text=move || t_string!(i18n, audience.empty_people_text)
        >
            <Show when=move || here.may(Permission::ImportContacts)>
                <LinkButton href=Signal::derive(move || here.href("/audience/imports/new")) kind=Kind::Primary icon=Icon::Upload>
                    {t!(i18n, audience.import_people)}
                </LinkButton>
            </Show>
        </EmptyState>
    }
    .into_any()
}
