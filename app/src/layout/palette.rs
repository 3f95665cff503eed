//! Go anywhere by typing (Ctrl K): areas, units, one's account, and searches in the lists.

use super::here::{unit_href, use_here};
use super::navigation::Area;
use crate::ui::{Glyph, Icon, KeyboardHint};
use i18n::{t, t_string, use_i18n};
use leptos::{ev, html, prelude::*};
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

/// A place that the palette offers.
#[derive(Clone, PartialEq)]
struct Place {
    label: String,
    note: String,
    icon: Icon,
    href: String,
}

/// Looks like a search field and opens the palette.
#[component]
pub(super) fn PaletteButton(open: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <button
            type="button"
            class="flex h-9 min-w-0 items-center gap-2 rounded-md px-2.5 text-muted hover:bg-hover hover:text-ink sm:w-64 sm:border sm:border-line sm:bg-surface"
            aria-haspopup="dialog"
            aria-keyshortcuts="Control+K"
            on:click=move |_| open.set(true)
        >
            <Glyph icon=Icon::Search />
            <span class="sr-only truncate sm:not-sr-only sm:flex-1 sm:text-left">{t!(i18n, common.search)}</span>
            <span class="hidden gap-1 sm:flex" aria-hidden="true">
                <KeyboardHint keys="Ctrl K" />
            </span>
        </button>
    }
}

/// The dialog: a combobox over a list that the arrows move in.
#[component]
pub(super) fn Palette(open: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let node = NodeRef::<html::Dialog>::new();
    let field = NodeRef::<html::Input>::new();
    let text = RwSignal::new(String::new());
    let chosen = RwSignal::new(0_usize);
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        if open.get() && !dialog.open() {
            text.set(String::new());
            chosen.set(0);
            // Refused only when the dialog left the page meanwhile; then there is nothing to show.
            let _ = dialog.show_modal();
            if let Some(field) = field.get_untracked() {
                let _ = field.focus();
            }
        } else if !open.get() && dialog.open() {
            dialog.close();
        }
    });
    let hotkey = window_event_listener(ev::keydown, move |event| {
        if (event.ctrl_key() || event.meta_key()) && event.key().eq_ignore_ascii_case("k") {
            event.prevent_default();
            open.update(|open| *open = !*open);
        }
    });
    on_cleanup(move || hotkey.remove());

    let places = places(text);
    let navigate = use_navigate();
    let go = Callback::new(move |href: String| {
        open.set(false);
        navigate(&href, NavigateOptions::default());
    });
    let on_key = move |event: ev::KeyboardEvent| {
        let count = places.with_untracked(Vec::len);
        if count == 0 {
            return;
        }
        match event.key().as_str() {
            "ArrowDown" => chosen.update(|at| *at = (*at + 1) % count),
            "ArrowUp" => chosen.update(|at| *at = (*at + count - 1) % count),
            "Enter" => {
                let place = places.with_untracked(|places| places.get(chosen.get_untracked()).cloned());
                if let Some(place) = place {
                    go.run(place.href);
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    let list = move || {
        places
            .get()
            .into_iter()
            .enumerate()
            .map(
                |(
                    at,
                    Place {
                        label,
                        note,
                        icon,
                        href,
                    },
                )| {
                    let class = move || {
                        if chosen.get() == at {
                            "flex cursor-pointer items-center gap-2.5 rounded-sm bg-hover px-2.5 py-2"
                        } else {
                            "flex cursor-pointer items-center gap-2.5 rounded-sm px-2.5 py-2"
                        }
                    };
                    view! {
                        <li
                            role="option"
                            id=format!("palette-{at}")
                            class=class
                            aria-selected=move || if chosen.get() == at { "true" } else { "false" }
                            on:mousemove=move |_| chosen.set(at)
                            on:click=move |_| go.run(href.clone())
                        >
                            <Glyph icon class="h-4 w-4 flex-none text-muted" />
                            <span class="min-w-0 flex-1 truncate">{label}</span>
                            <span class="flex-none text-[13px] text-muted">{note}</span>
                        </li>
                    }
                },
            )
            .collect_view()
    };
    view! {
        <dialog
            node_ref=node
            closedby="any"
            class="mx-auto mt-[12vh] mb-auto w-[calc(100vw-2rem)] max-w-xl overflow-hidden rounded-lg border border-line bg-raised p-0 text-ink shadow-2xl"
            aria-label=move || t_string!(i18n, common.palette_title)
            on:close=move |_| open.set(false)
        >
            <div class="flex items-center gap-2.5 border-b border-line px-4">
                <Glyph icon=Icon::Search class="h-4 w-4 flex-none text-muted" />
                <input
                    node_ref=field
                    type="text"
                    role="combobox"
                    class="h-12 min-w-0 flex-1 border-0 bg-transparent text-base outline-none"
                    placeholder=move || t_string!(i18n, common.palette_hint)
                    aria-label=move || t_string!(i18n, common.palette_hint)
                    aria-expanded="true"
                    aria-controls="palette-list"
                    aria-activedescendant=move || format!("palette-{}", chosen.get())
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=move || text.get()
                    on:input=move |event| {
                        text.set(event_target_value(&event));
                        chosen.set(0);
                    }
                    on:keydown=on_key
                />
                <KeyboardHint keys="Esc" />
            </div>
            <ul
                id="palette-list"
                role="listbox"
                aria-label=move || t_string!(i18n, common.palette_pages)
                class="max-h-[50vh] overflow-y-auto p-2"
            >
                {list}
            </ul>
            <p role="status" class="px-4 pb-3 text-[13px] text-muted empty:hidden">
                {move || places.with(Vec::is_empty).then(|| t_string!(i18n, common.palette_empty))}
            </p>
        </dialog>
    }
}

/// Everything that fits what was typed: pages of this unit, searches, the other units.
fn places(text: RwSignal<String>) -> Memo<Vec<Place>> {
    let i18n = use_i18n();
    let here = use_here();
    Memo::new(move |_| {
        let typed = text.get();
        let typed = typed.trim();
        let needle = typed.to_lowercase();
        let mut places = Vec::new();
        for area in Area::ALL.into_iter().filter(|area| area.shown(here)) {
            let label = area.label(i18n);
            if label.to_lowercase().contains(&needle) {
                places.push(Place {
                    label: label.to_owned(),
                    note: String::new(),
                    icon: area.icon(),
                    href: here.href(area.path()),
                });
            }
        }
        if !typed.is_empty() {
            for area in Area::ALL
                .into_iter()
                .filter(|area| area.searchable() && area.shown(here))
            {
                let label = t_string!(
                    i18n,
                    common.palette_search_in,
                    text = typed.to_owned(),
                    area = area.label(i18n)
                )
                .to_string();
                let href = here.href(&format!("{}?q={}", area.path(), query_value(typed)));
                places.push(Place {
                    label,
                    note: String::new(),
                    icon: Icon::Search,
                    href,
                });
            }
        }
        let current = here.key.get();
        here.me.with(|me| {
            for unit in me.units.iter().filter(|unit| unit.key != current) {
                if unit.name.to_lowercase().contains(&needle) {
                    places.push(Place {
                        label: unit.name.clone(),
                        note: t_string!(i18n, common.switch_unit).to_owned(),
                        icon: Icon::Unit,
                        href: unit_href(&unit.key, ""),
                    });
                }
            }
        });
        places
    })
}

/// Text as the value of a query parameter (RFC 3986: everything but the unreserved characters is escaped).
pub(crate) fn query_value(text: &str) -> String {
    text.bytes()
        .fold(String::with_capacity(text.len()), |mut out, byte| {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    out.push(char::from(byte));
                }
                _ => {
                    const HEX: &[u8; 16] = b"0123456789ABCDEF";
                    out.push('%');
                    out.push(char::from(HEX[usize::from(byte >> 4)]));
                    out.push(char::from(HEX[usize::from(byte & 15)]));
                }
            }
            out
        })
}

#[cfg(test)]
mod tests {
    use super::query_value;

    #[test]
    fn searches_survive_the_address() {
        assert_eq!(query_value("Łódź & co"), "%C5%81%C3%B3d%C5%BA%20%26%20co");
    }
}
