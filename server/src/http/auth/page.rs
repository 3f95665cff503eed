//! What the pages before signing in share: language, look, errors by code.

use askama::Template;
use axum::extract::{FromRequestParts, Query};
use axum::http::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, COOKIE, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use i18n::{LOCALE_COOKIE, Locale};
use serde::Deserialize;
use types::{ApiError, Language};

use crate::http::peer::ClientAddress;
use crate::state::AppState;

/// The frame of a page: who reads, in which language and colours.
pub struct Page {
    pub locale: Locale,
    pub language: Language,
    /// Class of `<html>`.
    pub theme: &'static str,
    pub stylesheet: String,
    pub address: std::net::IpAddr,
    /// A year: the language that was chosen on the page.
    set_language: Option<Language>,
    secure: bool,
    /// What did not work, when the form is shown again.
    pub error: Option<ApiError>,
}

#[derive(Deserialize)]
struct LanguageQuery {
    lang: Option<String>,
}

/// One cookie of the request.
pub(super) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then(|| value.to_owned()))
}

/// `Set-Cookie` for a preference of the browser: a year, readable by scripts where `http_only` is false.
pub(super) fn set_cookie(name: &str, value: &str, secure: bool, http_only: bool) -> Option<HeaderValue> {
    let secure = if secure { "; Secure" } else { "" };
    let http_only = if http_only { "; HttpOnly" } else { "" };
    HeaderValue::from_str(&format!(
        "{name}={value}; Path=/; Max-Age=31536000; SameSite=Lax{secure}{http_only}"
    ))
    .ok()
}

impl FromRequestParts<AppState> for Page {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Self::Rejection> {
        let asked = Query::<LanguageQuery>::try_from_uri(&parts.uri)
            .ok()
            .and_then(|query| query.0.lang);
        let asked: Option<Language> = asked.and_then(|lang| lang.parse().ok());
        let accept = parts
            .headers
            .get(ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok());
        let kept = cookie(&parts.headers, LOCALE_COOKIE);
        let locale = i18n::choose_locale(asked.map(Language::code), kept.as_deref(), accept);
        let theme = match cookie(&parts.headers, app::locale::THEME_COOKIE).as_deref() {
            Some("light") => "light",
            Some("dark") => "dark",
            _ => "",
        };
        let address = parts
            .extensions
            .get::<ClientAddress>()
            .map_or(std::net::Ipv4Addr::UNSPECIFIED.into(), |it| it.0);
        Ok(Self {
            locale,
            language: i18n::language_of(locale),
            theme,
            stylesheet: state.site.stylesheet(),
            address,
            set_language: asked,
            secure: state.config.http.public_url.is_https(),
            error: None,
        })
    }
}

impl Page {
    /// The same page again, saying what is wrong.
    pub(super) fn with(mut self, error: ApiError) -> Self {
        self.error = Some(error);
        self
    }

    /// In another language than the browser's: the one that an invited person was invited in.
    pub(super) fn speaking(mut self, language: Language) -> Self {
        if self.set_language.is_none() {
            self.language = language;
            self.locale = i18n::locale_of(language);
        }
        self
    }

    /// The text of the error that belongs to no field.
    pub fn message(&self) -> Option<String> {
        let error = self.error.as_ref()?;
        let own = error.fields.is_empty() || error.code != types::Code::Invalid;
        Some(if own {
            i18n::error_text(self.locale, error.code.as_str(), &error.params)
        } else {
            i18n::error_text(self.locale, types::Code::Invalid.as_str(), &error.params)
        })
    }

    /// The text of one field's error.
    pub fn field(&self, name: &str) -> Option<String> {
        let field = self.error.as_ref()?.field(name)?;
        Some(i18n::error_text(self.locale, field.code.as_str(), &field.params))
    }

    /// Renders a template in this frame, with the status of the error if there is one.
    pub(super) fn show(&self, template: &impl Template) -> Response {
        let status = self.error.as_ref().map_or(StatusCode::OK, |error| {
            StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
        });
        let mut response = match template.render() {
            Ok(html) => (status, Html(html)).into_response(),
            Err(error) => {
                tracing::error!(%error, "a page could not be rendered");
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            }
        };
        response
            .headers_mut()
            .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(language) = self.set_language
            && let Some(cookie) = set_cookie(LOCALE_COOKIE, language.code(), self.secure, false)
        {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        response
    }
}
