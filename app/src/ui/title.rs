//! What the tab of the browser is called.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

/// The title of the page that is shown. One for the whole console: a list of titles, as in `leptos_meta`, keeps those of
/// pages that were left when a page inside a `Transition` is drawn anew.
#[derive(Clone, Copy)]
struct PageTitle(RwSignal<String>);

/// Makes room for the title; called once, at the root.
pub fn provide_title() {
    provide_context(PageTitle(RwSignal::new(String::new())));
}

/// The `<title>` itself, with the product's name behind the page's.
#[component]
pub fn RootTitle() -> impl IntoView {
    let title = expect_context::<PageTitle>().0;
    let text = move || match title.get() {
        page if page.is_empty() => "Campanile".to_owned(),
        page => format!("{page} · Campanile"),
    };
    view! { <leptos_meta::Title text /> }
}

/// Names the page it is part of, also after the language or the thing has changed.
#[component]
pub fn Title(#[prop(into)] text: TextProp) -> impl IntoView {
    let title = expect_context::<PageTitle>().0;
    // At once for the server, which writes the head when the page is whole.
    title.set(untrack(|| text.get().into_owned()));
    Effect::new(move |_| title.set(text.get().into_owned()));
}
