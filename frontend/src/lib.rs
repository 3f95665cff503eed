//! What the browser loads: takes over the page that the server rendered, and nothing else.

use leptos::prelude::document;
use wasm_bindgen::prelude::wasm_bindgen;

/// Called by the page's hydration script. Lazy pages are loaded before the page is taken over; from then on `<html>` says
/// `data-ready="true"`, for the browser tests and for styles.
#[wasm_bindgen]
pub async fn hydrate() {
    console_error_panic_hook::set_once();
    let Some(body) = document().body() else { return };
    leptos::mount::hydrate_from_async(body, app::App).await.forget();
    if let Some(root) = document().document_element() {
        // An element that refuses an attribute does not exist; there is nothing to tell the reader.
        let _ = root.set_attribute("data-ready", "true");
    }
}
