//! A word that says a state.

use super::icon::{Glyph, Icon};
use leptos::prelude::*;

/// What a state means for the reader. Colour never says it alone: the word is there, and an icon where it matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    #[default]
    Neutral,
    /// Under way, chosen, new.
    Accent,
    Info,
    Success,
    Warning,
    Danger,
}

impl Tone {
    pub(super) fn soft(self) -> &'static str {
        match self {
            Self::Neutral => "bg-hover text-muted",
            Self::Accent => "bg-accent-soft text-accent",
            Self::Info => "bg-info-soft text-info",
            Self::Success => "bg-success-soft text-success",
            Self::Warning => "bg-warning-soft text-warning",
            Self::Danger => "bg-danger-soft text-danger",
        }
    }

    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Neutral => "text-muted",
            Self::Accent => "text-accent",
            Self::Info => "text-info",
            Self::Success => "text-success",
            Self::Warning => "text-warning",
            Self::Danger => "text-danger",
        }
    }
}

/// A state in one or two words.
#[component]
pub fn Badge(
    #[prop(into)] text: TextProp,
    #[prop(optional)] tone: Tone,
    #[prop(optional, into)] icon: Option<Icon>,
) -> impl IntoView {
    view! {
        <span class=format!(
            "inline-flex h-5 max-w-full items-center gap-1 rounded-full px-2 text-xs font-medium whitespace-nowrap {}",
            tone.soft(),
        )>
            {icon.map(|icon| view! { <Glyph icon class="h-3 w-3 flex-none" /> })}
            <span class="truncate">{move || text.get()}</span>
        </span>
    }
}
