//! People, topics, imports, suppression.

pub mod api;
mod import_file;
mod import_map;
mod import_run;
mod imports;
mod people;
mod person;
mod person_edit;
mod person_topics;
mod suppressions;
mod topics;
mod transfer;
pub mod words;

use crate::area::area;
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t_string, use_i18n};
use leptos::prelude::*;

area! { audience_area, __preload_audience_area;
    /// The people of the unit: `/audience`.
    ListPage => people::People();
    /// Adding a person: `/audience/people/new`.
    NewPersonPage => person_edit::NewPerson();
    /// One person: `/audience/people/:id`.
    PersonPage => person::Person();
    /// Changing a person: `/audience/people/:id/edit`.
    EditPersonPage => person_edit::EditPerson();
    /// The unit's topics: `/audience/topics`.
    TopicsPage => topics::Topics();
    /// A topic's texts: `/audience/topics/new` and `/audience/topics/:id`.
    TopicPage => topics::TopicForm();
    /// Imports so far: `/audience/imports`.
    ImportsPage => imports::Imports();
    /// A file to bring in: `/audience/imports/new`.
    NewImportPage => import_file::NewImport();
    /// One import, from its columns to its result: `/audience/imports/:id`.
    ImportPage => imports::ImportDetail();
    /// Addresses never to write to: `/audience/suppressions`.
    SuppressionsPage => suppressions::Suppressions();
}

/// The area's sister pages.
#[component]
fn AudienceTabs(selected: &'static str) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let href = move |path: &'static str| Signal::derive(move || here.href(path));
    let tabs = vec![
        Tab::link(
            "people",
            move || t_string!(i18n, audience.people),
            href("/audience"),
        ),
        Tab::link(
            "topics",
            move || t_string!(i18n, audience.topics),
            href("/audience/topics"),
        ),
        Tab::link(
            "imports",
            move || t_string!(i18n, audience.imports),
            href("/audience/imports"),
        ),
        Tab::link(
            "suppressions",
            move || t_string!(i18n, audience.suppressions),
            href("/audience/suppressions"),
        ),
    ];
    view! { <TabLinks label=move || t_string!(i18n, audience.tabs) tabs selected=selected.to_owned() /> }
        .into_any()
}

/// What a page shows instead of itself when the server says no.
fn refused(error: &types::ApiError) -> AnyView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>()
        && let Ok(status) = axum::http::StatusCode::from_u16(error.status())
    {
        response.set_status(status);
    }
    let i18n = use_i18n();
    let error = error.clone();
    view! { <Notice tone=Tone::Danger>{move || error_text(i18n.get_locale(), &error)}</Notice> }.into_any()
}
