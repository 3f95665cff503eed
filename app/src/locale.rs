//! The reader's language and colour scheme, on both sides of the wire.

use i18n::{I18nContext, I18nContextOptions, Locale, UseLocalesOptions, init_i18n_context_with_options};
use leptos::prelude::*;
use types::Language;

/// The cookie that holds `light` or `dark`; absent: the system decides.
pub const THEME_COOKIE: &str = "campanile_theme";

/// The catalogue's name for a language.
#[must_use]
pub fn locale_of(language: Language) -> Locale {
    match language {
        Language::En => Locale::en,
        Language::Pl => Locale::pl,
        Language::De => Locale::de,
        Language::Fr => Locale::fr,
    }
}

/// The language that a catalogue is in.
#[must_use]
pub fn language_of(locale: Locale) -> Language {
    match locale {
        Locale::en => Language::En,
        Locale::pl => Language::Pl,
        Locale::de => Language::De,
        Locale::fr => Language::Fr,
    }
}

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
