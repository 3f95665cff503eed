//! Facts about a thing, and things that open.

use super::icon::{Glyph, Icon};
use leptos::prelude::*;

/// Names and values below each other (a `dl`). Put [`FactRow`]s into it.
#[component]
pub fn Facts(children: Children) -> impl IntoView {
    view! { <dl class="-my-2.5">{children()}</dl> }
}

/// One name and its value.
#[component]
pub fn FactRow(children: Children, #[prop(into)] label: TextProp) -> impl IntoView {
    view! {
        <div class="flex flex-col gap-x-4 gap-y-0.5 border-t border-line py-2.5 first:border-t-0 sm:flex-row">
            <dt class="flex-none text-muted sm:w-44">{move || label.get()}</dt>
            <dd class="m-0 min-w-0 flex-1 break-words">{children()}</dd>
        </div>
    }
}

/// Something that opens below its title; native, so it works without script.
#[component]
pub fn Reveal(
    children: Children,
    #[prop(into)] title: TextProp,
    #[prop(optional)] open: bool,
) -> impl IntoView {
    view! {
        <details open=open>
            <summary class="inline-flex items-center gap-1.5 rounded-sm py-1 text-[13px] font-medium text-muted hover:text-ink">
                <Glyph icon=Icon::ChevronRight class="turns h-4 w-4 flex-none transition-transform duration-100" />
                {move || title.get()}
            </summary>
            <div class="pt-2">{children()}</div>
        </details>
    }
}
