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

/// The component page.
#[component]
pub fn UiPage() -> impl IntoView {
    #[cfg(debug_assertions)]
    {
        view! { <gallery::Gallery /> }.into_any()
    }
    #[cfg(not(debug_assertions))]
    {
        view! { <crate::routes::NotFound /> }.into_any()
    }
}
