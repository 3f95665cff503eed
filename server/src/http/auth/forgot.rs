use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::response::Response;
use domain::identity::reset;
use i18n::td_string;
use serde::Deserialize;
use types::{ApiError, Code, FieldError, Language};

use super::page::Page;
use crate::state::AppState;

#[derive(Template)]
#[template(path = "auth/forgot.html")]
struct ForgotPage<'a> {
    page: &'a Page,
    title: String,
    email: &'a str,
    /// The form was sent. Says nothing about whether there is such an account.
    sent: bool,
}

#[derive(Deserialize)]
pub(super) struct Input {
    #[serde(default)]
    email: String,
}

fn form(page: &Page, email: &str, sent: bool) -> Response {
    let title = td_string!(page.locale, auth.forgot_title).to_string();
    page.show(&ForgotPage {
        page,
        title,
        email,
        sent,
    })
}

pub(super) async fn show(page: Page) -> Response {
    form(&page, "", false)
}

pub(super) async fn act(State(state): State<AppState>, page: Page, Form(input): Form<Input>) -> Response {
    if domain::identity::email::parse(&input.email).is_none() {
        let error = ApiError::invalid(vec![FieldError::new("email", Code::BadEmail)]);
        return form(&page.with(error), &input.email, false);
    }
    if let Err(error) = reset::may_request(&state.domain, page.address).await {
        return form(&page.with(error.into()), &input.email, false);
    }
    // Beside the answer: its time must not tell whether a mail was written.
    let email = input.email.clone();
    tokio::spawn(async move {
        if let Err(error) = reset::send(&state.domain, &email).await {
            // Logs what is ours; nobody waits for the answer.
            let _: ApiError = error.into();
        }
    });
    form(&page, &input.email, true)
}
