//! `/dev/ui`: every component in every state, to look at while building. Debug builds only; a release answers 404.

#[cfg(debug_assertions)]
mod charts;
#[cfg(debug_assertions)]
mod feedback;
#[cfg(debug_assertions)]
mod forms;
#[cfg(debug_assertions)]
mod gallery;

use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

/// The component page.
pub struct UiPage;

#[lazy_route]
impl LazyRoute for UiPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        #[cfg(debug_assertions)]
        {
            view! { <gallery::Gallery /> }.into_any()
        }
        #[cfg(not(debug_assertions))]
        {
            view! { <crate::routes::NotFound /> }.into_any()
        }
    }
}
