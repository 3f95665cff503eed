use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::identity::invitation;
use i18n::td_string;
use serde::Deserialize;
use tower_sessions::Session;
use types::{ApiError, Language, identity::Invited};

use super::enter::enter;
use super::page::Page;
use crate::state::AppState;

#[derive(Template)]
#[template(path = "auth/invitation.html")]
struct InvitationPage<'a> {
    page: &'a Page,
    title: String,
    /// None: the link does not work any more.
    invited: Option<&'a Invited>,
    name: &'a str,
}

#[derive(Deserialize)]
pub(super) struct Input {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
}

fn form(page: &Page, invited: Option<&Invited>, name: &str) -> Response {
    let title = td_string!(page.locale, auth.invitation_title).to_string();
    page.show(&InvitationPage {
        page,
        title,
        invited,
        name,
    })
}

pub(super) async fn show(State(state): State<AppState>, page: Page, Path(token): Path<String>) -> Response {
    match invitation::peek(&state.domain, &token, page.address).await {
        Ok(invited) => form(&page.speaking(invited.language), Some(&invited), &invited.name),
        Err(error) => form(&page.with(error.into()), None, ""),
    }
}

pub(super) async fn act(
    State(state): State<AppState>,
    page: Page,
    Path(token): Path<String>,
    session: Session,
    Form(input): Form<Input>,
) -> Response {
    let invited = match invitation::peek(&state.domain, &token, page.address).await {
        Ok(invited) => invited,
        Err(error) => return form(&page.with(error.into()), None, ""),
    };
    let done = async {
        let user =
            invitation::accept(&state.domain, &token, &input.name, &input.password, page.address).await?;
        enter(&state, &session, user, None).await
    };
    let done: Result<Response, ApiError> = done.await;
    done.unwrap_or_else(|error| {
        form(
            &page.speaking(invited.language).with(error),
            Some(&invited),
            &input.name,
        )
    })
}
