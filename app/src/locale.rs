//! The reader's language and colour scheme, on both sides of the wire.

use i18n::{I18nContext, I18nContextOptions, Locale, UseLocalesOptions, init_i18n_context_with_options};
use leptos::prelude::*;

/// The cookie that holds `light` or `dark`; absent: the system decides.
pub const THEME_COOKIE: &str = "campanile_theme";

/// The language of the page being rendered: the signed-in person's, else the cookie's, else the browser's.
#[must_use]
pub fn of_request() -> Locale {
    #[cfg(feature = "ssr")]
    {
        crate::ctx::locale()
    }
    #[cfg(not(feature = "ssr"))]
    {
        Locale::default()
    }
}

/// The colour scheme that the reader chose, here or elsewhere, as a class of `<html>`.
#[must_use]
pub fn theme_of_request() -> Option<&'static str> {
    #[cfg(feature = "ssr")]
    {
        let own = || {
            crate::ctx::actor()
                .and_then(|actor| actor.me())
                .map(|me| me.theme)
        };
        match crate::ctx::cookie(THEME_COOKIE).or_else(own).as_deref() {
            Some("light") => Some("light"),
            Some("dark") => Some("dark"),
            _ => None,
        }
    }
    #[cfg(not(feature = "ssr"))]
    {
        None
    }
}

/// Provides the catalogue to everything below. In the browser the language is the one that the server wrote on `<html>`,
/// so both sides agree; changing it (`use_i18n().set_locale`) changes the page at once.
pub fn provide_locale() -> I18nContext<Locale> {
    let header = UseLocalesOptions::default().ssr_lang_header_getter(|| Some(of_request().to_string()));
    let options = I18nContextOptions::<Locale>::default()
        .enable_cookie(false)
        .ssr_lang_header_getter(header);
    let context = init_i18n_context_with_options(options);
    provide_context(context);
    Effect::new(move |_| {
        let language = context.get_locale();
        if let Some(root) = document().document_element() {
            // An element that refuses an attribute does not exist; there is nothing to tell the reader.
            let _ = root.set_attribute("lang", language.as_ref());
        }
    });
    context
}
