//! The HTML document around the console.

use leptos::config::LeptosOptions;
use leptos::prelude::*;
use leptos_meta::MetaTags;

use crate::App;
use crate::locale;

/// The whole document. Scripts carry the nonce that the request provides; everything is versioned by the folder in
/// `options.site_pkg_dir`, so that browsers may keep it for ever.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let language = locale::of_request();
    // The colour scheme is on the element before the first paint, so that nothing flashes.
    let theme = locale::theme_of_request();
    let stylesheet = format!("/{}/campanile.css", options.site_pkg_dir);
    view! {
        <!DOCTYPE html>
        <html lang=language.to_string() class=theme>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="robots" content="noindex"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="stylesheet" href=stylesheet/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <HydrationScripts options/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}
