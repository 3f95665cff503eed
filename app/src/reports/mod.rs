//! How messages did: the list of reports, the report of one message (also shown by the message's own page), comparison.

mod api;
mod charts;
mod compare;
mod list;
mod page;
mod reasons;
mod sentence;
mod words;

use crate::area::area;
use leptos::prelude::*;

pub use self::page::CampaignReportView;
pub use self::words::{StateBadge, outcome_text, rule_text, state_text};

area! { reports_area, __preload_reports_area;
    /// All reports of the unit.
    ListPage => view! { <list::List /> };
    /// The report of one message.
    ReportPage => view! { <page::Page /> };
}
