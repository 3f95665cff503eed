//! Tabs: panels of one page, or links between sister pages.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;

/// One tab.
#[derive(Clone)]
pub struct Tab {
    /// Unique within the tabs; part of ids.
    pub key: &'static str,
    pub label: TextProp,
    /// A count behind the label.
    pub count: Option<Signal<Option<String>>>,
    /// Only for [`TabLinks`].
    pub href: Option<Signal<String>>,
}

impl Tab {
    pub fn new(key: &'static str, label: impl Into<TextProp>) -> Self {
        Self {
            key,
            label: label.into(),
            count: None,
            href: None,
        }
    }

    /// A tab that is a page of its own.
    pub fn link(key: &'static str, label: impl Into<TextProp>, href: impl Into<Signal<String>>) -> Self {
        Self {
            key,
            label: label.into(),
            count: None,
            href: Some(href.into()),
        }
    }

    #[must_use]
    pub fn count(mut self, count: impl Into<Signal<Option<String>>>) -> Self {
        self.count = Some(count.into());
        self
    }
}

const LIST: &str = "-mx-1 mb-4 flex gap-1 overflow-x-auto border-b border-line px-1 pt-1";

fn look(selected: bool) -> &'static str {
    if selected {
        "-mb-px flex flex-none items-center gap-2 border-b-2 border-accent px-2.5 py-2 text-sm font-medium whitespace-nowrap text-ink no-underline"
    } else {
        "-mb-px flex flex-none items-center gap-2 border-b-2 border-transparent px-2.5 py-2 text-sm whitespace-nowrap text-muted no-underline hover:text-ink"
    }
}

#[component]
fn Face(tab: Tab) -> impl IntoView {
    let label = tab.label;
    view! {
        <span>{move || label.get()}</span>
        {move || {
            tab.count
                .and_then(|count| count.get())
                .map(|count| {
                    view! { <span class="rounded-full bg-hover px-1.5 text-xs text-muted tabular-nums">{count}</span> }
                })
        }}
    }
}

/// Tabs over panels of the same page: Left, Right, Home and End choose. Give each panel a [`TabPanel`] with the same `id` and key.
#[component]
pub fn Tabs(
    /// Unique on the page.
    id: &'static str,
    #[prop(into)] label: TextProp,
    tabs: Vec<Tab>,
    /// Key of the chosen tab.
    selected: RwSignal<&'static str>,
) -> impl IntoView {
    let keys: Vec<&'static str> = tabs.iter().map(|tab| tab.key).collect();
    let on_key = move |event: ev::KeyboardEvent| {
        let Some(here) = keys.iter().position(|key| *key == selected.get_untracked()) else {
            return;
        };
        let to = match event.key().as_str() {
            "ArrowRight" => (here + 1) % keys.len(),
            "ArrowLeft" => (here + keys.len() - 1) % keys.len(),
            "Home" => 0,
            "End" => keys.len() - 1,
            _ => return,
        };
        event.prevent_default();
        selected.set(keys[to]);
        if let Some(tab) = document().get_element_by_id(&tab_id(id, keys[to]))
            && let Ok(tab) = tab.dyn_into::<web_sys::HtmlElement>()
        {
            // Focus can fail only on an element that left the page.
            let _ = tab.focus();
        }
    };
    let buttons = tabs
        .into_iter()
        .map(|tab| {
            let key = tab.key;
            let chosen = move || selected.get() == key;
            view! {
                <button
                    type="button"
                    role="tab"
                    id=tab_id(id, key)
                    class=move || look(chosen())
                    aria-selected=move || if chosen() { "true" } else { "false" }
                    aria-controls=panel_id(id, key)
                    tabindex=move || if chosen() { "0" } else { "-1" }
                    on:click=move |_| selected.set(key)
                >
                    <Face tab />
                </button>
            }
        })
        .collect_view();
    view! {
        <div role="tablist" aria-label=move || label.get() class=LIST on:keydown=on_key>
            {buttons}
        </div>
    }
}

/// The panel of one tab; hidden, but kept, while another is chosen.
#[component]
pub fn TabPanel(
    children: Children,
    id: &'static str,
    key: &'static str,
    selected: RwSignal<&'static str>,
) -> impl IntoView {
    view! {
        <div
            role="tabpanel"
            id=panel_id(id, key)
            aria-labelledby=tab_id(id, key)
            tabindex="0"
            data-focus-quiet=""
            hidden=move || selected.get() != key
        >
            {children()}
        </div>
    }
}

fn tab_id(id: &str, key: &str) -> String {
    format!("{id}-tab-{key}")
}

fn panel_id(id: &str, key: &str) -> String {
    format!("{id}-panel-{key}")
}

/// Tabs that are addresses of their own: links, so they work without script and can be shared.
#[component]
pub fn TabLinks(
    #[prop(into)] label: TextProp,
    tabs: Vec<Tab>,
    /// Key of the tab that is this page.
    #[prop(into)]
    selected: Signal<String>,
) -> impl IntoView {
    let links = tabs
        .into_iter()
        .map(|tab| {
            let key = tab.key;
            let href = tab.href;
            let chosen = move || selected.with(|selected| selected == key);
            view! {
                <a
                    href=move || href.map(|href| href.get())
                    class=move || look(chosen())
                    aria-current=move || chosen().then_some("page")
                >
                    <Face tab />
                </a>
            }
        })
        .collect_view();
    view! {
        <nav aria-label=move || label.get() class=LIST>
            {links}
        </nav>
    }
}
