//! Nothing here yet, and notices.

use super::badge::Tone;
use super::icon::{Glyph, Icon};
use super::surface::IconTile;
use leptos::prelude::*;

/// An empty place: says what belongs here and what to do next (the action goes into the children).
#[component]
pub fn EmptyState(
    #[prop(default = Icon::Inbox)] icon: Icon,
    #[prop(into)] title: TextProp,
    #[prop(optional, into)] text: Option<TextProp>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="flex flex-col items-center gap-3 px-6 py-12 text-center">
            <IconTile icon />
            <div>
                <p class="font-medium">{move || title.get()}</p>
                {text.map(|text| view! { <p class="mt-1 max-w-md text-muted">{move || text.get()}</p> })}
            </div>
            {children
                .map(|children| {
                    view! { <div class="mt-1 flex flex-wrap items-center justify-center gap-2">{children()}</div> }
                })}
        </div>
    }
}

/// A notice within a page: something to know before going on.
#[component]
pub fn Notice(
    children: Children,
    #[prop(default = Tone::Info)] tone: Tone,
    #[prop(optional, into)] title: Option<TextProp>,
    #[prop(optional, into)] actions: Option<ViewFn>,
) -> impl IntoView {
    let (icon, frame) = match tone {
        Tone::Success => (Icon::Done, "bg-success-soft"),
        Tone::Warning => (Icon::Warning, "bg-warning-soft"),
        Tone::Danger => (Icon::Error, "bg-danger-soft"),
        Tone::Neutral => (Icon::Info, "bg-hover"),
        Tone::Accent => (Icon::Info, "bg-accent-soft"),
        Tone::Info => (Icon::Info, "bg-info-soft"),
    };
    let role = if tone == Tone::Danger { "alert" } else { "note" };
    view! {
        <div role=role class=format!("flex items-start gap-3 rounded-md p-3 {frame}")>
            <span class=tone.text()>
                <Glyph icon class="mt-0.5 h-4 w-4 flex-none" />
            </span>
            <div class="min-w-0 flex-1">
                {title.map(|title| view! { <p class="font-semibold">{move || title.get()}</p> })}
                <div class="break-words">{children()}</div>
            </div>
            {actions.map(|actions| view! { <div class="flex flex-none items-center gap-2">{actions.run()}</div> })}
        </div>
    }
}
