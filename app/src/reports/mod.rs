//! How messages did: the list of reports, the report of one message (also shown by the message's own page), comparison.

mod api;
mod charts;
mod compare;
mod list;
mod page;
mod reasons;
mod sentence;
mod words;

use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

pub use self::page::CampaignReportView;
pub use self::words::{StateBadge, outcome_text, rule_text, state_text};

/// All reports of the unit.
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

/// The report of one message.
pub struct ReportPage;

#[lazy_route]
impl LazyRoute for ReportPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <page::Page /> }.into_any()
    }
}
