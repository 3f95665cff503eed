use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::identity::reset;
use i18n::td_string;
use serde::Deserialize;
use tower_sessions::Session;
use types::{ApiError, Language};

use super::enter::enter;
use super::page::Page;
use crate::state::AppState;

#[derive(Template)]
#[template(path = "auth/reset.html")]
struct ResetPage<'a> {
    page: &'a Page,
    title: String,
    /// The link still works.
    alive: bool,
}

#[derive(Deserialize)]
pub(super) struct Input {
    #[serde(default)]
    password: String,
}

fn form(page: &Page) -> Response {
    let title = td_string!(page.locale, auth.reset_title).to_string();
    // Anything wrong with the link itself belongs to no field; what is wrong with the password does.
    let alive = page.error.as_ref().is_none_or(|error| !error.fields.is_empty());
    page.show(&ResetPage { page, title, alive })
}

pub(super) async fn show(State(state): State<AppState>, page: Page, Path(token): Path<String>) -> Response {
    match reset::peek(&state.domain, &token, page.address).await {
        Ok(()) => form(&page),
        Err(error) => form(&page.with(error.into())),
    }
}

pub(super) async fn act(
    State(state): State<AppState>,
    page: Page,
    Path(token): Path<String>,
    session: Session,
    Form(input): Form<Input>,
) -> Response {
    let done = async {
        let user = reset::complete(&state.domain, &token, &input.password, page.address).await?;
        enter(&state, &session, user, None).await
    };
    let done: Result<Response, ApiError> = done.await;
    done.unwrap_or_else(|error| form(&page.with(error)))
}
