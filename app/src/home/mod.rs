//! What a unit sees first: what waits, what runs, how the last messages did.

mod api;
mod page;
mod panels;

use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

/// The area's only page.
pub struct HomePage;

#[lazy_route]
impl LazyRoute for HomePage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <page::HomeView /> }.into_any()
    }
}
