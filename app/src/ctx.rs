//! From a request to what the domain needs: the `Domain`, the `Actor`, the reader's language. Server only.
//!
//! A server function begins with `let cx = ctx::get().await?;`: it works the same when called over `/rpc` and when called
//! directly while rendering, since both provide the same context. Read it before the first `.await` of your own.

use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};
use axum::http::request::Parts;
use i18n::{LOCALE_COOKIE, Locale, choose_locale};
use leptos::prelude::*;

/// The request's head, as `leptos_axum` provides it.
fn parts() -> Option<Parts> {
    use_context::<Parts>()
}

/// One cookie of the request.
#[must_use]
pub fn cookie(name: &str) -> Option<String> {
    cookie_of(&parts()?, name)
}

fn cookie_of(parts: &Parts, name: &str) -> Option<String> {
    parts
        .headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then(|| value.to_owned()))
}

/// The reader's language; see `i18n::choose_locale`.
#[must_use]
pub fn locale() -> Locale {
    let Some(parts) = parts() else {
        return Locale::default();
    };
    let accept = parts
        .headers
        .get(ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok());
    choose_locale(None, cookie_of(&parts, LOCALE_COOKIE).as_deref(), accept)
}
