//! The last step of all ways in: a fresh session, and the reader's own preferences in the browser.

use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use domain::Actor;
use i18n::LOCALE_COOKIE;
use tower_sessions::Session;
use types::{ApiError, Code, UserId};

use super::next;
use super::page::set_cookie;
use crate::http::session;
use crate::state::AppState;

/// Opens the session and leads on.
pub(super) async fn enter(
    state: &AppState,
    session: &Session,
    user: UserId,
    wanted: Option<&str>,
) -> Result<Response, ApiError> {
    let actor = Actor::load(&state.domain, user)
        .await?
        .ok_or(ApiError::new(Code::BadCredentials))?;
    session::open(session, user)
        .await
        .map_err(|_| ApiError::new(Code::Unavailable))?;
    let mut response = Redirect::to(next::safe(wanted).unwrap_or("/")).into_response();
    let secure = state.config.http.public_url.is_https();
    let theme = match actor.theme() {
        theme @ ("light" | "dark") => theme,
        _ => "system",
    };
    let cookies = [
        (LOCALE_COOKIE, actor.language().code()),
        (app::locale::THEME_COOKIE, theme),
    ];
    for cookie in cookies
        .into_iter()
        .filter_map(|(name, value)| set_cookie(name, value, secure, false))
    {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}
