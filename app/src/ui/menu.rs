//! Menus that open from a button.

use super::button::{self, Kind, Size, run};
use super::icon::{Glyph, Icon};
use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;

/// What the entries of a menu need of it.
#[derive(Clone, Copy)]
struct Closer(Callback<()>);

/// A button that opens a list of links and acts. A native disclosure: it opens before the script is there. Arrows, Home and
/// End move within it, Esc closes it and gives focus back, and so does choosing or leaving it.
#[component]
pub fn Menu(
    children: Children,
    /// Name of the button for assistive technology.
    #[prop(into)]
    label: TextProp,
    /// What the button shows; an ellipsis when absent.
    #[prop(optional, into)]
    face: Option<ViewFn>,
    /// Classes of the button; those of a quiet small button when absent.
    #[prop(optional)]
    class: Option<&'static str>,
    /// Opens to the right of the button's left edge, instead of to the left of its right edge.
    #[prop(optional)]
    from_left: bool,
    /// Opens upwards.
    #[prop(optional)]
    upwards: bool,
) -> impl IntoView {
    let node = NodeRef::<html::Details>::new();
    let close = Callback::new(move |()| {
        if let Some(details) = node.get_untracked() {
            details.set_open(false);
        }
    });
    let on_key = move |event: ev::KeyboardEvent| {
        let Some(details) = node.get_untracked() else {
            return;
        };
        let step = match event.key().as_str() {
            "Escape" if details.open() => {
                event.prevent_default();
                details.set_open(false);
                focus_first(&details, "summary");
                return;
            }
            "ArrowDown" => Move::By(1),
            "ArrowUp" => Move::By(-1),
            "Home" => Move::First,
            "End" => Move::Last,
            _ => return,
        };
        event.prevent_default();
        details.set_open(true);
        move_focus(&details, step);
    };
    let on_leave = move |event: ev::FocusEvent| {
        let Some(details) = node.get_untracked() else {
            return;
        };
        let to = event
            .related_target()
            .and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        if !details.contains(to.as_ref()) {
            details.set_open(false);
        }
    };
    let class = class.map_or_else(|| button::classes(Kind::Quiet, Size::Small), str::to_owned);
    let horizontal = if from_left { "left-0" } else { "right-0" };
    let vertical = if upwards {
        "bottom-full mb-1"
    } else {
        "top-full mt-1"
    };
    view! {
        <details node_ref=node class="relative flex-none" on:keydown=on_key on:focusout=on_leave>
            <summary class=class>
                <span class="sr-only">{move || label.get()}</span>
                {match face {
                    Some(face) => face.run(),
                    None => view! { <Glyph icon=Icon::More /> }.into_any(),
                }}
            </summary>
            <div
                tabindex="-1"
                data-focus-quiet=""
                class=format!(
                    "absolute z-40 flex max-h-[70vh] min-w-48 max-w-[calc(100vw-2rem)] flex-col gap-px overflow-y-auto rounded-md border \
                     border-line bg-raised p-1 shadow-xl {horizontal} {vertical}",
                )
            >
                <leptos::context::Provider value=Closer(close)>{children()}</leptos::context::Provider>
            </div>
        </details>
    }
}

enum Move {
    By(i32),
    First,
    Last,
}

fn focus_first(root: &web_sys::Element, selector: &str) {
    if let Ok(Some(element)) = root.query_selector(selector)
        && let Ok(element) = element.dyn_into::<web_sys::HtmlElement>()
    {
        // Focus can fail only on an element that left the page.
        let _ = element.focus();
    }
}

/// Moves focus among the links and buttons of an open menu, around its ends.
fn move_focus(details: &web_sys::HtmlDetailsElement, step: Move) {
    let Ok(list) = details.query_selector_all("a[href], div button:not(:disabled)") else {
        return;
    };
    let items: Vec<web_sys::HtmlElement> = (0..list.length())
        .filter_map(|at| list.item(at)?.dyn_into().ok())
        .collect();
    if items.is_empty() {
        return;
    }
    let active = document().active_element();
    let here = items
        .iter()
        .position(|item| Some(item.as_ref()) == active.as_ref());
    let count = items.len();
    let to = match (step, here) {
        (Move::First, _) | (Move::By(1), None) => 0,
        (Move::Last, _) | (Move::By(_), None) => count - 1,
        (Move::By(1), Some(at)) => (at + 1) % count,
        (Move::By(_), Some(at)) => (at + count - 1) % count,
    };
    let _ = items[to].focus();
}

const ENTRY: &str = "flex w-full items-center gap-2.5 rounded-sm px-2.5 py-1.5 text-left text-sm no-underline \
                     hover:bg-hover disabled:opacity-50";

/// A place to go to, in a menu.
#[component]
pub fn MenuLink(
    children: Children,
    #[prop(into)] href: Signal<String>,
    #[prop(optional, into)] icon: Option<Icon>,
    /// This is where the reader is.
    #[prop(optional, into)]
    current: Signal<bool>,
    /// Leaves the console (a file, another page): the router must not take it.
    #[prop(optional)]
    external: bool,
) -> impl IntoView {
    let closer = use_context::<Closer>();
    view! {
        <a
            href=move || href.get()
            class=format!("{ENTRY} text-ink")
            aria-current=move || current.get().then_some("true")
            rel=external.then_some("external")
            on:click=move |_| {
                if let Some(closer) = closer {
                    closer.0.run(());
                }
            }
        >
            {icon.map(|icon| view! { <Glyph icon class="h-4 w-4 flex-none text-muted" /> })}
            <span class="min-w-0 flex-1 truncate">{children()}</span>
            {move || current.get().then(|| view! { <Glyph icon=Icon::Check class="h-4 w-4 flex-none text-accent" /> })}
        </a>
    }
}

/// Something to do, in a menu.
#[component]
pub fn MenuButton(
    children: Children,
    #[prop(optional, into)] icon: Option<Icon>,
    #[prop(optional, into)] disabled: Signal<bool>,
    /// Deletes or stops.
    #[prop(optional)]
    danger: bool,
    /// `submit` inside a form.
    #[prop(default = "button")]
    r#type: &'static str,
    #[prop(optional, into)] current: Signal<bool>,
    #[prop(optional, into)] on_click: Option<Callback<ev::MouseEvent>>,
) -> impl IntoView {
    let closer = use_context::<Closer>();
    let (ink, tint) = if danger {
        ("text-danger", "text-danger")
    } else {
        ("text-ink", "text-muted")
    };
    view! {
        <button
            type=r#type
            class=format!("{ENTRY} {ink}")
            disabled=move || disabled.get()
            aria-pressed=move || current.get().then_some("true")
            on:click=move |event| {
                if let Some(closer) = closer {
                    closer.0.run(());
                }
                run(on_click, event);
            }
        >
            {icon.map(|icon| view! { <Glyph icon class=if tint == "text-danger" { "h-4 w-4 flex-none text-danger" } else { "h-4 w-4 flex-none text-muted" } /> })}
            <span class="min-w-0 flex-1 truncate">{children()}</span>
            {move || current.get().then(|| view! { <Glyph icon=Icon::Check class="h-4 w-4 flex-none text-accent" /> })}
        </button>
    }
}

/// A line between groups of entries, with an optional heading.
#[component]
pub fn MenuDivider(#[prop(optional, into)] label: Option<TextProp>) -> impl IntoView {
    match label {
        Some(label) => view! {
            <p class="px-2.5 pt-2 pb-1 text-xs font-medium text-muted">{move || label.get()}</p>
        }
        .into_any(),
        None => view! { <hr class="my-1 border-0 border-t border-line" /> }.into_any(),
    }
}
