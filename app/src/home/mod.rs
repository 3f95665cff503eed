//! What a unit sees first: what waits, what runs, how the last messages did.

mod api;
mod page;
mod panels;

use crate::area::area;
use leptos::prelude::*;

area! { home_area, __preload_home_area;
    /// The area's only page.
    HomePage => view! { <page::HomeView /> };
}
