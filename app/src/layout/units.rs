//! Business units: the switcher above the navigation, and what an address without one of the reader's units shows.

use super::here::{unit_href, use_here};
use crate::ui::{EmptyState, Glyph, Icon, Menu, MenuLink};
use i18n::{t_string, use_i18n};
use leptos::prelude::*;

/// A unit's initials on its own colour. The colour is an SVG attribute, since the content policy refuses style attributes.
#[component]
pub(super) fn UnitMark(
    #[prop(into)] name: Signal<String>,
    #[prop(into)] accent: Signal<String>,
) -> impl IntoView {
    let letters = move || {
        name.with(|name| {
            name.split_whitespace()
                .filter_map(|word| word.chars().next())
                .take(2)
                .flat_map(char::to_uppercase)
                .collect::<String>()
        })
    };
    view! {
        <svg class="h-7 w-7 flex-none" viewBox="0 0 28 28" aria-hidden="true" focusable="false">
            <rect width="28" height="28" rx="6" fill=move || accent.get() />
            <text
                x="14"
                y="18"
                text-anchor="middle"
                font-size="11"
                font-weight="600"
                fill=move || accent.with(|accent| if is_light(accent) { "#15181e" } else { "#ffffff" })
            >
                {letters}
            </text>
        </svg>
    }
}

/// Whether dark letters read better than white ones on `#rrggbb` (relative luminance, WCAG 2.1).
fn is_light(colour: &str) -> bool {
    let channel = |at: usize| {
        let value = colour
            .get(at..at + 2)
            .and_then(|pair| u8::from_str_radix(pair, 16).ok())
            .unwrap_or(0);
        let value = f64::from(value) / 255.0;
        if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5) > 0.179
}

/// The unit one is in, and the way to the others.
#[component]
pub(super) fn UnitSwitcher() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let name = Signal::derive(move || {
        here.unit
            .with(|unit| unit.as_ref().map(|unit| unit.name.clone()))
            .unwrap_or_default()
    });
    let accent = Signal::derive(move || {
        here.unit
            .with(|unit| unit.as_ref().map(|unit| unit.accent.clone()))
            .unwrap_or_default()
    });
    let face = move || {
        view! {
            <UnitMark name accent />
            <span class="min-w-0 flex-1 truncate text-left font-semibold">{move || name.get()}</span>
            <Glyph icon=Icon::ChevronsUpDown class="h-4 w-4 flex-none text-muted" />
        }
    };
    let units = move || {
        here.me.with(|me| {
            me.units
                .iter()
                .map(|unit| {
                    let (key, mark, accent) = (unit.key.clone(), unit.name.clone(), unit.accent.clone());
                    let href = unit_href(&key, "");
                    let current = Signal::derive(move || here.key.with(|here| *here == key));
                    let indent = match unit.depth {
                        0 => "",
                        1 => "pl-4",
                        2 => "pl-8",
                        _ => "pl-12",
                    };
                    view! {
                        <MenuLink href=href current=current>
                            <span class=format!("flex items-center gap-2.5 {indent}")>
                                <UnitMark name=mark.clone() accent=accent />
                                <span class="truncate">{mark}</span>
                            </span>
                        </MenuLink>
                    }
                })
                .collect_view()
        })
    };
    view! {
        <Menu
            label=move || t_string!(i18n, common.switch_unit)
            face=face
            class="flex h-11 w-full items-center gap-2.5 rounded-md px-2 hover:bg-hover"
            from_left=true
        >
            {units}
        </Menu>
    }
}

/// The address names a unit in which the reader has no role.
#[component]
pub(super) fn UnknownUnit() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(axum::http::StatusCode::NOT_FOUND);
    }
    let i18n = use_i18n();
    let here = use_here();
    view! {
        <h1 class="sr-only">{move || t_string!(i18n, common.no_unit_title)}</h1>
        <EmptyState
            icon=Icon::Unit
            title=move || t_string!(i18n, common.no_unit_title)
            text=move || t_string!(i18n, common.no_unit_text)
        >
            {move || {
                here.me
                    .with(|me| {
                        me.units
                            .iter()
                            .map(|unit| {
                                view! {
                                    <a
                                        href=unit_href(&unit.key, "")
                                        class="inline-flex items-center gap-2 rounded-md border border-line-strong px-3 py-1.5 text-ink no-underline hover:bg-hover"
                                    >
                                        {unit.name.clone()}
                                    </a>
                                }
                            })
                            .collect_view()
                    })
            }}
        </EmptyState>
    }
}

#[cfg(test)]
mod tests {
    use super::is_light;

    #[test]
    fn letters_are_readable_on_any_unit_colour() {
        assert!(is_light("#ffffff"));
        assert!(is_light("#ffd166"));
        assert!(!is_light("#3d4fc6"));
        assert!(!is_light("nonsense"));
    }
}
