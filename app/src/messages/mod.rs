//! Campaigns: writing, sending, following.

mod actions;
pub(crate) mod api;
pub(crate) mod counts;
mod detail;
mod editor;
mod ledger;
mod list;
mod new;
mod progress;
mod speed;
pub(crate) mod words;

use crate::area::area;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use types::CampaignId;

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
