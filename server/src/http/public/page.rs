//! What all public pages share: language, look, policy, errors.

use super::PublicState;
use askama::Template;
use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use domain::events::Recipient;
use i18n::{Locale, td_string};
use serde::Deserialize;
use types::Language;

/// The frame of a page.
pub(super) struct Page {
    pub language: Language,
    pub locale: Locale,
    pub title: String,
    /// The unit that wrote; empty where there is none.
    pub unit: String,
    /// `#rrggbb`, checked when the unit was saved.
    pub accent: String,
    pub nonce: String,
}

/// `?lang=` of every public page.
#[derive(Debug, Default, Deserialize)]
pub(super) struct LanguageQuery {
    pub lang: Option<String>,
    pub done: Option<String>,
}

impl Page {
    /// The language asked for, else the person's, else the browser's, else the unit's.
    pub(super) fn new(
        state: &PublicState,
        headers: &HeaderMap,
        asked: Option<&str>,
        person: Option<&Recipient>,
    ) -> Self {
        let unit = person.and_then(|person| person.unit.as_ref());
        let browser = headers
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok());
        let language = asked
            .and_then(|asked| asked.parse().ok())
            .or_else(|| person.and_then(|person| person.language))
            .or_else(|| {
                let locale = browser.and_then(i18n::negotiate)?;
                Some(i18n::language_of(locale))
            })
            .or_else(|| unit.map(|unit| unit.language))
            .unwrap_or_default();
        Self {
            language,
            locale: i18n::locale_of(language),
            title: String::new(),
            unit: unit.map(|unit| unit.name.clone()).unwrap_or_default(),
            accent: unit.map_or_else(|| "#2f5bd7".to_owned(), |unit| unit.accent.clone()),
            nonce: STANDARD_NO_PAD.encode(state.domain.random::<16>()),
        }
    }

    pub(super) fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }
}

#[derive(Template)]
#[template(path = "public/notice.html")]
struct Notice {
    page: Page,
    text: String,
}

/// A forged or mutilated token: 4xx, nothing changed.
pub(super) fn invalid(state: &PublicState, headers: &HeaderMap, asked: Option<&str>) -> Response {
    let page = Page::new(state, headers, asked, None);
    let locale = page.locale;
    let page = page.titled(td_string!(locale, public.invalid_title));
    render(
        StatusCode::NOT_FOUND,
        &page.nonce.clone(),
        &Notice {
            page,
            text: td_string!(locale, public.invalid_text).to_string(),
        },
    )
}

/// The person has been erased: an honest answer that holds nothing about them.
pub(super) fn gone(state: &PublicState, headers: &HeaderMap, asked: Option<&str>) -> Response {
    let page = Page::new(state, headers, asked, None);
    let locale = page.locale;
    let page = page.titled(td_string!(locale, public.gone_title));
    render(
        StatusCode::GONE,
        &page.nonce.clone(),
        &Notice {
            page,
            text: td_string!(locale, public.gone_text).to_string(),
        },
    )
}

/// Ours: logged here, once.
pub(super) fn failed(
    state: &PublicState,
    headers: &HeaderMap,
    asked: Option<&str>,
    error: domain::Error,
) -> Response {
    let error = types::ApiError::from(error);
    let page = Page::new(state, headers, asked, None);
    let locale = page.locale;
    let page = page.titled(td_string!(locale, public.error_title));
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    render(
        status,
        &page.nonce.clone(),
        &Notice {
            page,
            text: td_string!(locale, public.error_text).to_string(),
        },
    )
}

/// Renders with the page's own policy: one style element by nonce, forms to ourselves, nothing else.
pub(super) fn render(status: StatusCode, nonce: &str, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => {
            let policy = format!(
                "default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
            );
            let mut response = (status, Html(html)).into_response();
            let headers = response.headers_mut();
            if let Ok(policy) = HeaderValue::from_str(&policy) {
                headers.insert(header::CONTENT_SECURITY_POLICY, policy);
            }
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
            headers.insert("x-robots-tag", HeaderValue::from_static("noindex, nofollow"));
            response
        }
        Err(error) => {
            tracing::error!(%error, "a public page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
