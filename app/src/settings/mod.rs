//! People, units, the audit log, one's own account.

use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{LazyRoute, lazy_route};

/// The area's first page.
pub struct OverviewPage;

#[lazy_route]
impl LazyRoute for OverviewPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        let i18n = use_i18n();
        view! {
            <Title text=move || t_string!(i18n, settings.title).to_string()/>
            <h1 class="text-xl font-semibold">{t!(i18n, settings.title)}</h1>
        }
        .into_any()
    }
}
