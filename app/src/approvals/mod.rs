//! What waits for approval, and the page on which it is decided.

mod api;
mod changes;
mod decide;
mod list;
mod message;
mod review;

use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

/// Reviews, in all units where the reader may approve.
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

/// One review: exactly what will be sent, to whom, and what changed.
pub struct ReviewPage;

#[lazy_route]
impl LazyRoute for ReviewPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <review::Review /> }.into_any()
    }
}
