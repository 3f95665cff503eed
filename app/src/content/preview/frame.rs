//! A message in a frame document of its own: see `server/src/http/preview_frame.rs`.

use js_sys::{Object, Reflect};
use leptos::html;
use leptos::prelude::*;

/// Shows HTML of a message. The frame has no origin of its own and runs no script of the message.
#[component]
pub fn MessageFrame(
    #[prop(into)] html: Signal<String>,
    #[prop(into)] dark: Signal<bool>,
    /// Name for assistive technology.
    #[prop(into)]
    title: TextProp,
    #[prop(into)] class: Signal<String>,
    /// Only a picture of the message (a thumbnail): not reached by keyboard.
    #[prop(optional)]
    thumbnail: bool,
) -> impl IntoView {
    let node = NodeRef::<html::Iframe>::new();
    let post = move || {
        // The frame may load, or be told of a change, while the page around it is already being taken away.
        let (Some(Some(frame)), Some(html), Some(dark)) = (
            node.try_get_untracked(),
            html.try_get_untracked(),
            dark.try_get_untracked(),
        ) else {
            return;
        };
        let Some(window) = frame.content_window() else {
            return;
        };
        let message = Object::new();
        // Setting a property of a fresh object cannot fail.
        let set = Reflect::set(&message, &"html".into(), &html.into())
            .and_then(|_| Reflect::set(&message, &"dark".into(), &dark.into()));
        if set.is_ok() {
            // A frame that is gone meanwhile has nobody to show anything to.
            drop(window.post_message(&message, "*"));
        }
    };
    Effect::new(move |_| {
        html.track();
        dark.track();
        post();
    });
    view! {
        <iframe
            node_ref=node
            src="/preview-frame"
            sandbox="allow-scripts"
            title=move || title.get()
            class=move || class.get()
            tabindex=thumbnail.then_some("-1")
            aria-hidden=thumbnail.then_some("true")
            on:load=move |_| post()
        ></iframe>
    }
}
