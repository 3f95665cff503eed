//! Triggered messages: what other systems call by key, trying it out, and what became of each call.

mod actions;
pub(crate) mod api;
mod asked;
mod definition;
mod edit;
mod list;
mod message;
mod new;
mod parameters;
mod playground;
mod snippets;
mod versions;
pub(crate) mod words;

use crate::area::area;
use leptos::prelude::*;

area! { triggered_area, __preload_triggered_area;
    /// Message definitions of the unit.
    ListPage => view! { <list::List /> };
    /// A new definition.
    NewPage => view! { <new::New /> };
    /// One definition: what is live, what is drafted, its versions.
    DefinitionPage => view! { <definition::Detail /> };
    /// Its draft, in steps.
    EditPage => view! { <edit::Edit /> };
    /// Messages that were asked for.
    AskedPage => view! { <asked::List /> };
    /// One of them: everything that happened to it.
    MessagePage => view! { <message::Message /> };
    /// Trying a definition out.
    PlaygroundPage => view! { <playground::Playground /> };
}
