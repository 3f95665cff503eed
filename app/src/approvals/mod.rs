//! What waits for approval, and the page on which it is decided.

mod api;
mod changes;
mod decide;
mod list;
pub(crate) mod message;
mod review;

use crate::area::area;
use leptos::prelude::*;

area! { approvals_area, __preload_approvals_area;
    /// Reviews, in all units where the reader may approve.
    ListPage => view! { <list::List /> };
    /// One review: exactly what will be sent, to whom, and what changed.
    ReviewPage => view! { <review::Review /> };
}
