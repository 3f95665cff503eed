//! The areas, by what people do. Only what is built and what the reader may see.

use super::here::{Here, use_here};
use super::units::UnitSwitcher;
use crate::ui::{Glyph, Icon, IconButton};
use i18n::{I18nContext, Locale, t_string, use_i18n};
use leptos::{html, prelude::*};
use leptos_router::hooks::use_location;
use types::access::Permission;

/// An area of the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Area {
    Home,
    Messages,
    Approvals,
    Content,
    Audience,
    Reports,
    Settings,
}

impl Area {
    pub const ALL: [Self; 7] = [
        Self::Home,
        Self::Messages,
        Self::Approvals,
        Self::Content,
        Self::Audience,
        Self::Reports,
        Self::Settings,
    ];

    pub fn icon(self) -> Icon {
        match self {
            Self::Home => Icon::Home,
            Self::Messages => Icon::Messages,
            Self::Approvals => Icon::Approvals,
            Self::Content => Icon::Content,
            Self::Audience => Icon::Audience,
            Self::Reports => Icon::Reports,
            Self::Settings => Icon::Settings,
        }
    }

    /// Path within the unit.
    pub fn path(self) -> &'static str {
        match self {
            Self::Home => "",
            Self::Messages => "/messages",
            Self::Approvals => "/approvals",
            Self::Content => "/content",
            Self::Audience => "/audience",
            Self::Reports => "/reports",
            Self::Settings => "/settings",
        }
    }

    pub fn label(self, i18n: I18nContext<Locale>) -> &'static str {
        match self {
            Self::Home => t_string!(i18n, common.nav.home),
            Self::Messages => t_string!(i18n, common.nav.messages),
            Self::Approvals => t_string!(i18n, common.nav.approvals),
            Self::Content => t_string!(i18n, common.nav.content),
            Self::Audience => t_string!(i18n, common.nav.audience),
            Self::Reports => t_string!(i18n, common.nav.reports),
            Self::Settings => t_string!(i18n, common.nav.settings),
        }
    }

    /// Whether its list can be searched from the palette (`?q=`).
    pub fn searchable(self) -> bool {
        matches!(self, Self::Messages | Self::Content | Self::Audience)
    }

    pub fn shown(self, here: Here) -> bool {
        match self {
            // One's own account is there for everybody.
            Self::Home | Self::Settings => true,
            Self::Messages => here.may(Permission::ReadCampaigns),
            Self::Approvals => here.may(Permission::ApproveCampaigns) || here.may(Permission::EditCampaigns),
            Self::Content => here.may(Permission::ReadContent),
            Self::Audience => here.may(Permission::ReadContacts) || here.may(Permission::ReadTopics),
            Self::Reports => here.may(Permission::ReadReports),
        }
    }
}

/// Whether `path` lies in the area whose address is `area`.
fn within(path: &str, area: &str, exact: bool) -> bool {
    match path.strip_prefix(area) {
        Some(rest) => rest.is_empty() || rest == "/" || (!exact && rest.starts_with('/')),
        None => false,
    }
}

/// Unit switcher and areas; the same in the side bar and in the drawer.
#[component]
fn Navigation() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let location = use_location();
    let path = location.pathname;
    view! {
        <UnitSwitcher />
        <nav aria-label=move || t_string!(i18n, common.nav.label) class="mt-4 flex-1">
            <ul class="flex flex-col gap-0.5">
                {Area::ALL
                    .into_iter()
                    .map(|area| {
                        let href = move || here.href(area.path());
                        let current = Memo::new(move |_| {
                            path.with(|path| within(path, &href(), area == Area::Home))
                        });
                        let class = move || {
                            if current.get() {
                                "flex h-9 items-center gap-2.5 rounded-md bg-hover px-2.5 text-sm font-medium text-ink no-underline"
                            } else {
                                "flex h-9 items-center gap-2.5 rounded-md px-2.5 text-sm text-muted no-underline transition-colors duration-100 hover:bg-hover hover:text-ink"
                            }
                        };
                        view! {
                            <li hidden=move || !area.shown(here)>
                                <a href=href class=class aria-current=move || current.get().then_some("page")>
                                    <Glyph icon=area.icon() />
                                    {move || area.label(i18n)}
                                </a>
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
        </nav>
    }
}

/// The left side of wide windows.
#[component]
pub(super) fn Sidebar() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <aside
            aria-label=move || t_string!(i18n, common.menu)
            class="sticky top-0 hidden h-dvh flex-col overflow-y-auto border-r border-line bg-surface p-3 md:flex"
        >
            <Navigation />
            <p class="px-2.5 pt-4 text-xs text-muted">"Campanile"</p>
        </aside>
    }
}

/// Opens the drawer, on narrow windows.
#[component]
pub(super) fn DrawerButton(open: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <span class="-ml-2 md:hidden">
            <IconButton
                icon=Icon::Menu
                label=move || t_string!(i18n, common.open_menu)
                on_click=move |_| open.set(true)
            />
        </span>
    }
}

/// The navigation of narrow windows: a dialog at the left, closed by Esc, by going somewhere, and by a tap beside it.
#[component]
pub(super) fn Drawer(open: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let node = NodeRef::<html::Dialog>::new();
    let location = use_location();
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        if open.get() && !dialog.open() {
            // Refused only when the dialog left the page meanwhile; then there is nothing to show.
            let _ = dialog.show_modal();
        } else if !open.get() && dialog.open() {
            dialog.close();
        }
    });
    Effect::new(move |_| {
        location.pathname.track();
        open.set(false);
    });
    view! {
        <dialog
            node_ref=node
            closedby="any"
            class="m-0 h-dvh max-h-none w-72 max-w-[85vw] border-0 border-r border-line bg-surface p-3 text-ink"
            aria-label=move || t_string!(i18n, common.menu)
            on:close=move |_| open.set(false)
        >
            <div class="flex min-h-full flex-col">
                <div class="mb-2 flex justify-end">
                    <IconButton
                        icon=Icon::Close
                        label=move || t_string!(i18n, common.close_menu)
                        on_click=move |_| open.set(false)
                    />
                </div>
                <Show when=move || open.get()>
                    <Navigation />
                </Show>
            </div>
        </dialog>
    }
}

#[cfg(test)]
mod tests {
    use super::within;

    #[test]
    fn an_area_holds_its_pages_and_no_others() {
        assert!(within("/c/shop/messages", "/c/shop/messages", false));
        assert!(within("/c/shop/messages/42/edit", "/c/shop/messages", false));
        assert!(!within("/c/shop/messages-old", "/c/shop/messages", false));
        assert!(within("/c/shop", "/c/shop", true));
        assert!(!within("/c/shop/messages", "/c/shop", true));
    }
}
