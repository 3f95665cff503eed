//! The frame around the pages of a unit: navigation at the left, search, running things, language, theme and account at the
//! top, the area's page in the middle.

mod account;
mod api;
mod here;
mod navigation;
mod palette;
mod preferences;
mod running;
mod units;

use self::account::AccountMenu;
use self::navigation::{Drawer, Sidebar};
pub(crate) use self::palette::query_value;
use self::palette::{Palette, PaletteButton};
use self::preferences::{LanguageMenu, ThemeMenu};
use self::running::RunningIndicator;
use self::units::UnknownUnit;
use crate::ui::{Spinner, ToastRegion, provide_toasts, provide_zone};
use leptos::prelude::*;
use leptos_router::components::Outlet;
use types::access::Me;

pub use self::here::{Here, unit_href, use_here};
pub use self::preferences::apply_preferences;

/// Navigation and content; the page of the area is the outlet.
#[component]
pub fn ConsoleFrame() -> impl IntoView {
    // The person comes with the page, at once: nothing in the frame waits for a request.
    let me = SharedValue::new(me_of_request).into_inner();
    match me {
        Some(me) => view! { <Frame me /> }.into_any(),
        None => view! { <ToSignIn /> }.into_any(),
    }
}

/// Who is signed in, on the server. In the browser the value comes with the page; where it did not (the frame was entered
/// without loading a page), there is nobody, and the page is loaded.
fn me_of_request() -> Option<Me> {
    #[cfg(feature = "ssr")]
    {
        crate::ctx::actor().and_then(|actor| actor.me())
    }
    #[cfg(not(feature = "ssr"))]
    {
        None
    }
}

#[component]
fn Frame(me: Me) -> impl IntoView {
    provide_toasts();
    provide_zone(me.time_zone.clone());
    let here = here::provide_here(me);
    let palette_open = RwSignal::new(false);
    let drawer_open = RwSignal::new(false);
    view! {
        <div class="min-h-dvh md:grid md:grid-cols-[15rem_minmax(0,1fr)]">
            <Sidebar />
            <Drawer open=drawer_open />
            <div class="flex min-w-0 flex-col">
                <header class="sticky top-0 z-30 flex h-14 items-center gap-1 border-b border-line bg-canvas px-4 md:px-6">
                    <navigation::DrawerButton open=drawer_open />
                    <PaletteButton open=palette_open />
                    <span class="flex-1"></span>
                    <RunningIndicator />
                    <LanguageMenu />
                    <ThemeMenu />
                    <AccountMenu />
                </header>
                <main id="content" tabindex="-1" class="mx-auto w-full max-w-6xl min-w-0 flex-1 px-4 py-6 md:px-6 md:py-8">
                    // Outlet and notice stand side by side, and the outlet is never moved: its page is loaded lazily.
                    <div hidden=move || here.unit.with(Option::is_none)>
                        <Outlet />
                    </div>
                    <Show when=move || here.unit.with(Option::is_none)>
                        <UnknownUnit />
                    </Show>
                </main>
            </div>
            <Palette open=palette_open />
            <ToastRegion />
        </div>
    }
}

/// Nobody is signed in: the server answers with the way to the sign-in page, and the browser goes there.
#[component]
fn ToSignIn() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(parts) = crate::ctx::parts() {
        leptos_axum::redirect(&format!("/sign-in?next={}", encoded(parts.uri.path())));
    }
    Effect::new(move |_| {
        // The server knows whether there is a session; the page it answers with has the person in it, or leads to sign-in.
        if let Err(error) = window().location().reload() {
            leptos::logging::error!("cannot load the page again: {error:?}");
        }
    });
    view! {
        <main id="content" tabindex="-1" class="p-8">
            <Spinner />
        </main>
    }
}

/// A path as the value of a query parameter.
#[cfg(feature = "ssr")]
fn encoded(path: &str) -> String {
    leptos_router::location::Url::escape(path)
}
