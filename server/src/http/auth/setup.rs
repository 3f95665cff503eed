use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::identity::setup;
use i18n::td_string;
use serde::Deserialize;
use tower_sessions::Session;
use types::{ApiError, Language, identity::SetupInput};

use super::enter::enter;
use super::page::Page;
use crate::state::AppState;

#[derive(Template)]
#[template(path = "auth/setup.html")]
struct SetupPage<'a> {
    page: &'a Page,
    title: String,
    alive: bool,
    /// There is no topmost unit yet: its name is asked for.
    needs_unit: bool,
    input: &'a Input,
}

#[derive(Default, Deserialize)]
pub(super) struct Input {
    #[serde(default)]
    university: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
}

fn form(page: &Page, needs_unit: Option<bool>, input: &Input) -> Response {
    let title = td_string!(page.locale, auth.setup_title).to_string();
    let page_data = SetupPage {
        page,
        title,
        alive: needs_unit.is_some(),
        needs_unit: needs_unit == Some(true),
        input,
    };
    page.show(&page_data)
}

pub(super) async fn show(State(state): State<AppState>, page: Page, Path(token): Path<String>) -> Response {
    match setup::peek(&state.domain, &token, page.address).await {
        Ok(needs_unit) => form(&page, Some(needs_unit), &Input::default()),
        Err(error) => form(&page.with(error.into()), None, &Input::default()),
    }
}

pub(super) async fn act(
    State(state): State<AppState>,
    page: Page,
    Path(token): Path<String>,
    session: Session,
    Form(input): Form<Input>,
) -> Response {
    let needs_unit = match setup::peek(&state.domain, &token, page.address).await {
        Ok(needs_unit) => needs_unit,
        Err(error) => return form(&page.with(error.into()), None, &input),
    };
    let wanted = SetupInput {
        university: input.university.clone(),
        name: input.name.clone(),
        email: input.email.clone(),
        password: input.password.clone(),
        language: page.language,
        time_zone: String::new(),
    };
    let done = async {
        let user = setup::complete(&state.domain, &token, &wanted, page.address).await?;
        enter(&state, &session, user, None).await
    };
    let done: Result<Response, ApiError> = done.await;
    done.unwrap_or_else(|error| form(&page.with(error), Some(needs_unit), &input))
}
