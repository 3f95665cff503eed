//! The frame around the pages of a unit.

use leptos::prelude::*;
use leptos_router::components::Outlet;

/// Navigation and content; the page of the area is the outlet.
#[component]
pub fn ConsoleFrame() -> impl IntoView {
    view! {
        <main id="content" tabindex="-1">
            <Outlet/>
        </main>
    }
    .into_any()
}
