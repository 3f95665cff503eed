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
pub(crate) mod words;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use leptos_router::{LazyRoute, lazy_route};
use types::CampaignId;

/// The campaign in the address; none where what stands there is no id.
pub(crate) fn use_campaign_id() -> Memo<Option<CampaignId>> {
    let params = use_params_map();
    Memo::new(move |_| params.with(|params| params.get("id").and_then(|id| id.parse().ok())))
}

/// All messages of the unit.
pub struct ListPage;

#[lazy_route]
impl LazyRoute for ListPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <list::List /> }.into_any()
    }
}

/// A new message.
pub struct NewPage;

#[lazy_route]
impl LazyRoute for NewPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <new::New /> }.into_any()
    }
}

/// One message: where it stands, its report, its recipients.
pub struct DetailPage;

#[lazy_route]
impl LazyRoute for DetailPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <detail::Detail /> }.into_any()
    }
}

/// The four steps.
pub struct EditPage;

#[lazy_route]
impl LazyRoute for EditPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <editor::Editor /> }.into_any()
    }
}
