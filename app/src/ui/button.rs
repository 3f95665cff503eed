//! Buttons and links that look like them.

use super::icon::{Glyph, Icon};
use leptos::ev::MouseEvent;
use leptos::prelude::*;

/// How much a button asks to be pressed. One primary button a view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// The one thing this view is for.
    Primary,
    /// Everything else.
    #[default]
    Secondary,
    /// Beside others in dense places; no edge until it is pointed at.
    Quiet,
    /// Deletes, stops, revokes.
    Danger,
}

/// 36 px in forms and page heads, 28 px in tables and bars.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Size {
    #[default]
    Medium,
    Small,
}

/// The classes of a button of this kind and size, for links and summaries that must look like one.
pub(super) fn classes(kind: Kind, size: Size) -> String {
    let kind = match kind {
        Kind::Primary => "border-transparent bg-accent text-accent-ink hover:bg-accent-strong",
        Kind::Secondary => "border-line-strong bg-surface text-ink hover:bg-hover",
        Kind::Quiet => "border-transparent bg-transparent text-ink hover:bg-hover",
        Kind::Danger => "border-transparent bg-danger text-danger-ink hover:opacity-90",
    };
    let size = match size {
        Size::Medium => "h-9 px-3.5 text-sm",
        Size::Small => "h-7 px-2.5 text-[13px]",
    };
    format!(
        "inline-flex flex-none items-center justify-center gap-2 rounded-md border font-medium whitespace-nowrap \
         no-underline select-none transition-colors duration-100 disabled:opacity-50 aria-disabled:opacity-50 {kind} {size}"
    )
}

/// Tells whoever wants to know.
pub(super) fn run(callback: Option<Callback<MouseEvent>>, event: MouseEvent) {
    if let Some(callback) = callback {
        callback.run(event);
    }
}

/// A button. Its events are callbacks and not `on:` on the component: when a view around a component is drawn anew, leptos
/// 0.8 keeps the handler of the first time (`AnyViewWithAttrs::rebuild` drops the new one), which then works with what is
/// gone. A test sees to it for all components.
///
/// While `busy` it shows a turning circle, says so to assistive technology, and cannot be pressed again.
#[component]
pub fn Button(
    children: Children,
    #[prop(optional)] kind: Kind,
    #[prop(optional)] size: Size,
    /// `button` unless it sends a form (`submit`).
    #[prop(default = "button")]
    r#type: &'static str,
    #[prop(optional, into)] icon: Option<Icon>,
    #[prop(optional, into)] busy: Signal<bool>,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional, into)] on_click: Option<Callback<MouseEvent>>,
    #[prop(optional, into)] on_mousedown: Option<Callback<MouseEvent>>,
) -> impl IntoView {
    let label = children();
    view! {
        <button
            type=r#type
            class=classes(kind, size)
            disabled=move || disabled.get() || busy.get()
            aria-busy=move || busy.get().then_some("true")
            on:click=move |event| run(on_click, event)
            on:mousedown=move |event| run(on_mousedown, event)
        >
            {move || {
                if busy.get() {
                    view! { <Glyph icon=Icon::Spinner class="spin h-4 w-4 flex-none" /> }.into_any()
                } else if let Some(icon) = icon {
                    view! { <Glyph icon /> }.into_any()
                } else {
                    ().into_any()
                }
            }}
            {label}
        </button>
    }
}

/// A link that looks like a button: for going somewhere, never for doing something.
#[component]
pub fn LinkButton(
    children: Children,
    #[prop(into)] href: Signal<String>,
    #[prop(optional)] kind: Kind,
    #[prop(optional)] size: Size,
    #[prop(optional, into)] icon: Option<Icon>,
    /// Offers the target as a file instead of opening it; the router leaves such links alone.
    #[prop(optional)]
    download: bool,
) -> impl IntoView {
    view! {
        <a
            href=move || href.get()
            class=classes(kind, size)
            download=download.then_some("")
            rel=download.then_some("external")
        >
            {icon.map(|icon| view! { <Glyph icon /> })}
            {children()}
        </a>
    }
}

/// A button that is only an icon; its `label` is its name for assistive technology and the hint under the pointer.
#[component]
pub fn IconButton(
    icon: Icon,
    #[prop(into)] label: TextProp,
    #[prop(optional)] size: Size,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional, into)] on_click: Option<Callback<MouseEvent>>,
) -> impl IntoView {
    let side = match size {
        Size::Medium => "h-9 w-9",
        Size::Small => "h-7 w-7",
    };
    let title = label.clone();
    view! {
        <button
            type="button"
            class=format!(
                "inline-flex flex-none items-center justify-center rounded-md text-muted transition-colors duration-100 \
                 hover:bg-hover hover:text-ink disabled:opacity-50 {side}"
            )
            aria-label=move || label.get()
            title=move || title.get()
            disabled=move || disabled.get()
            on:click=move |event| run(on_click, event)
        >
            <Glyph icon />
        </button>
    }
}
