use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use domain::Actor;
use domain::identity::sign_in::{Attempt, sign_in};
use i18n::td_string;
use serde::Deserialize;
use tower_sessions::Session;
use types::{ApiError, Language};

use super::enter::enter;
use super::next;
use super::page::{Page, cookie, set_cookie};
use crate::http::session;
use crate::state::AppState;

/// The browser that has signed in before: see `domain::identity::sign_in`.
const DEVICE_COOKIE: &str = "campanile_device";

#[derive(Template)]
#[template(path = "auth/sign_in.html")]
struct SignInPage<'a> {
    page: &'a Page,
    title: String,
    email: &'a str,
    next: &'a str,
}

/// Signed in, but without a role anywhere.
#[derive(Template)]
#[template(path = "auth/no_unit.html")]
struct NoUnitPage<'a> {
    page: &'a Page,
    title: String,
}

#[derive(Deserialize)]
pub(super) struct Asked {
    next: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Input {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    next: Option<String>,
}

fn form(page: &Page, email: &str, wanted: Option<&str>) -> Response {
    let title = td_string!(page.locale, auth.title).to_string();
    page.show(&SignInPage {
        page,
        title,
        email,
        next: next::safe(wanted).unwrap_or_default(),
    })
}

pub(super) fn without_unit(page: Page) -> Response {
    let title = td_string!(page.locale, auth.no_unit_title).to_string();
    page.show(&NoUnitPage { page: &page, title })
}

pub(super) async fn show(
    page: Page,
    Query(asked): Query<Asked>,
    actor: Option<axum::Extension<Actor>>,
) -> Response {
    if actor.is_some() {
        return Redirect::to(next::safe(asked.next.as_deref()).unwrap_or("/")).into_response();
    }
    form(&page, "", asked.next.as_deref())
}

pub(super) async fn act(
    State(state): State<AppState>,
    page: Page,
    headers: HeaderMap,
    session: Session,
    Form(input): Form<Input>,
) -> Response {
    match try_sign_in(&state, &page, &headers, &session, &input).await {
        Ok(response) => response,
        Err(error) => form(&page.with(error), &input.email, input.next.as_deref()),
    }
}

async fn try_sign_in(
    state: &AppState,
    page: &Page,
    headers: &HeaderMap,
    session: &Session,
    input: &Input,
) -> Result<Response, ApiError> {
    let device = cookie(headers, DEVICE_COOKIE);
    let attempt = Attempt {
        email: &input.email,
        password: &input.password,
        address: page.address,
        device: device.as_deref(),
    };
    let came = sign_in(&state.domain, attempt).await?;
    let mut response = enter(state, session, came.user, input.next.as_deref()).await?;
    let secure = state.config.http.public_url.is_https();
    if let Some(cookie) = set_cookie(DEVICE_COOKIE, &came.device, secure, true) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Ends the session. The browser stays known to the account.
pub(super) async fn out(session: Session) -> Response {
    if session.id().is_some() && session::close(&session).await.is_err() {
        return axum::http::StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    Redirect::to("/sign-in").into_response()
}
