//! Campaigns: writing, sending, following.

mod actions;
pub(crate) mod api;
pub(crate) mod counts;
mod detail;
pub(crate) mod edited;
pub(crate) mod editor;
mod ledger;
mod list;
pub(crate) mod new;
mod progress;
mod speed;
pub(crate) mod words;

use crate::area::area;
use crate::layout::use_here;
use crate::ui::{Tab, TabLinks};
use i18n::{t_string, use_i18n};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use types::CampaignId;
use types::access::Permission;

/// The campaign in the address; none where what stands there is no id.
pub(crate) fn use_campaign_id() -> Memo<Option<CampaignId>> {
    let params = use_params_map();
    Memo::new(move |_| params.with(|params| params.get("id").and_then(|id| id.parse().ok())))
}

area! { messages_area, __preload_messages_area;
    /// All messages of the unit.
    ListPage => view! { <list::List /> };
    /// A new message.
    NewPage => view! { <new::New /> };
    /// One message: where it stands, its report, its recipients.
    DetailPage => view! { <detail::Detail /> };
    /// The four steps.
    EditPage => view! { <editor::Editor /> };
}

/// The parts of the area: what is sent to an audience, and what other systems ask for.
#[component]
pub(crate) fn AreaTabs(selected: &'static str) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let to = move |path: &'static str| Signal::derive(move || here.href(path));
    let mut tabs = vec![
        Tab::link(
            "campaigns",
            move || t_string!(i18n, triggered.tab_campaigns),
            to("/messages"),
        ),
        Tab::link(
            "definitions",
            move || t_string!(i18n, triggered.tab_definitions),
            to("/messages/definitions"),
        ),
    ];
    if here.may(Permission::ReadMessages) {
        tabs.push(Tab::link(
            "asked",
            move || t_string!(i18n, triggered.tab_asked),
            to("/messages/asked"),
        ));
    }
    tabs.push(Tab::link(
        "playground",
        move || t_string!(i18n, triggered.tab_playground),
        to("/messages/playground"),
    ));
    view! {
        <div class="mb-6">
            <TabLinks label=move || t_string!(i18n, campaigns.title) tabs selected=Signal::stored(selected.to_owned()) />
        </div>
    }
    .into_any()
}
