//! Grounds and headings: page head, section, card, figure, avatar, key.

use super::icon::{Glyph, Icon};
use leptos::prelude::*;

/// The head of a page: its one `h1`, a line below, actions at the right.
#[component]
pub fn PageHeader(
    #[prop(into)] title: TextProp,
    #[prop(optional, into)] text: Option<TextProp>,
    /// Badges beside the title.
    #[prop(optional, into)]
    badge: Option<ViewFn>,
    #[prop(optional, into)] actions: Option<ViewFn>,
) -> impl IntoView {
    view! {
        <div class="mb-6 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
            <div class="min-w-0">
                <div class="flex flex-wrap items-center gap-x-3 gap-y-1">
                    <h1 class="min-w-0 text-xl font-semibold tracking-tight break-words">{move || title.get()}</h1>
                    {badge.map(|badge| badge.run())}
                </div>
                {text.map(|text| view! { <p class="mt-1 max-w-prose text-muted">{move || text.get()}</p> })}
            </div>
            {actions.map(|actions| view! { <div class="flex flex-wrap items-center gap-2">{actions.run()}</div> })}
        </div>
    }
}

/// A part of a page under an `h2`.
#[component]
pub fn Section(
    children: Children,
    #[prop(into)] title: TextProp,
    #[prop(optional, into)] text: Option<TextProp>,
    #[prop(optional, into)] actions: Option<ViewFn>,
) -> impl IntoView {
    view! {
        <section class="mb-8">
            <div class="mb-3 flex flex-wrap items-end justify-between gap-x-4 gap-y-2">
                <div class="min-w-0">
                    <h2 class="text-base font-semibold">{move || title.get()}</h2>
                    {text
                        .map(|text| view! { <p class="mt-0.5 max-w-prose text-[13px] text-muted">{move || text.get()}</p> })}
                </div>
                {actions.map(|actions| view! { <div class="flex flex-wrap items-center gap-2">{actions.run()}</div> })}
            </div>
            {children()}
        </section>
    }
}

/// A bordered ground. `flush` leaves out the padding, for tables and lists.
#[component]
pub fn Card(
    children: Children,
    #[prop(optional, into)] title: Option<TextProp>,
    #[prop(optional, into)] actions: Option<ViewFn>,
    #[prop(optional)] flush: bool,
) -> impl IntoView {
    view! {
        <div class="min-w-0 overflow-hidden rounded-md border border-line bg-surface">
            {title
                .map(|title| {
                    view! {
                        <div class="flex min-h-12 flex-wrap items-center justify-between gap-x-4 gap-y-2 border-b border-line px-4 py-2">
                            <h2 class="text-sm font-semibold">{move || title.get()}</h2>
                            {actions.map(|actions| view! { <div class="flex items-center gap-2">{actions.run()}</div> })}
                        </div>
                    }
                })}
            <div class=if flush { "" } else { "p-4" }>{children()}</div>
        </div>
    }
}

/// One figure with its name, and what it means below.
#[component]
pub fn Stat(
    #[prop(into)] label: TextProp,
    #[prop(into)] value: TextProp,
    #[prop(optional, into)] note: Option<TextProp>,
    #[prop(optional, into)] href: Option<String>,
) -> impl IntoView {
    let body = view! {
        <span class="block text-[13px] text-muted">{move || label.get()}</span>
        <span class="mt-1 block text-[28px] leading-8 font-semibold tracking-tight tabular-nums">{move || value.get()}</span>
        {note.map(|note| view! { <span class="mt-1 block text-[13px] text-muted">{move || note.get()}</span> })}
    };
    match href {
        Some(href) => view! {
            <a href=href class="block rounded-md border border-line bg-surface p-4 no-underline hover:border-line-strong">
                {body}
            </a>
        }
        .into_any(),
        None => view! { <div class="rounded-md border border-line bg-surface p-4">{body}</div> }.into_any(),
    }
}

/// The initials of a person or unit in a circle. Decoration: the name stands beside it.
#[component]
pub fn Avatar(
    #[prop(into)] name: Signal<String>,
    /// Square, for units.
    #[prop(optional)]
    square: bool,
) -> impl IntoView {
    let shape = if square {
        "rounded-md bg-accent text-accent-ink"
    } else {
        "rounded-full bg-accent-soft text-accent"
    };
    view! {
        <span
            aria-hidden="true"
            class=format!(
                "inline-flex h-7 w-7 flex-none items-center justify-center text-[11px] font-semibold {shape}",
            )
        >
            {move || initials(&name.get())}
        </span>
    }
}

/// First letters of the first and last word.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().next());
    let first = words.next();
    let last = words.next_back();
    first
        .into_iter()
        .chain(last)
        .flat_map(char::to_uppercase)
        .collect()
}

/// Keys to press, as keys.
#[component]
pub fn KeyboardHint(
    /// Separated by spaces: `Ctrl K`.
    keys: &'static str,
) -> impl IntoView {
    keys.split(' ')
        .map(|key| {
            view! {
                <kbd class="inline-flex h-5 min-w-5 items-center justify-center rounded-sm border border-line bg-sunken px-1 text-[11px] text-muted">
                    {key}
                </kbd>
            }
        })
        .collect_view()
}

/// An icon on a soft ground, used by empty states and choices.
#[component]
pub(super) fn IconTile(icon: Icon) -> impl IntoView {
    view! {
        <span class="inline-flex h-10 w-10 flex-none items-center justify-center rounded-md border border-line bg-sunken text-muted">
            <Glyph icon class="h-5 w-5 flex-none" />
        </span>
    }
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_of_names() {
        assert_eq!(initials("Żaneta Maria Łoś"), "ŻŁ");
        assert_eq!(initials("Admissions"), "A");
        assert_eq!(initials("  "), "");
    }
}
