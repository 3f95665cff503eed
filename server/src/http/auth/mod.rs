//! The pages before signing in: askama, plain forms, no script. They come at once, work on any browser, and need nothing
//! of the console's wasm.
//!
//! | path | GET | POST |
//! | --- | --- | --- |
//! | `/` | to one's first unit, or to the sign-in page | - |
//! | `/sign-in` | form | opens a session, goes on to `next` |
//! | `/sign-out` | - | ends the session |
//! | `/forgot` | form | mails a link, always with the same answer |
//! | `/reset/{token}`, `/invitation/{token}`, `/setup/{token}` | form | uses the link up, opens a session |
//!
//! GET uses nothing up: mail scanners follow links.

mod enter;
mod forgot;
mod invitation;
pub mod next;
mod page;
mod reset;
mod setup;
mod sign_in;
#[cfg(test)]
mod tests;

use axum::extract::DefaultBodyLimit;
use axum::response::Redirect;
use axum::routing::{get, post};
use axum::{Extension, Router};
use domain::Actor;

use crate::state::AppState;

/// All of them. The forms are small: a body over 16 KB is not one of ours.
pub fn router(state: AppState) -> Router {
    Router::new()
        .route("/", get(start))
        .route("/sign-in", get(sign_in::show).post(sign_in::act))
        .route("/sign-out", post(sign_in::out))
        .route("/forgot", get(forgot::show).post(forgot::act))
        .route("/reset/{token}", get(reset::show).post(reset::act))
        .route("/invitation/{token}", get(invitation::show).post(invitation::act))
        .route("/setup/{token}", get(setup::show).post(setup::act))
        .layer(DefaultBodyLimit::max(16 * 1024))
        .with_state(state)
}

async fn start(actor: Option<Extension<Actor>>, page: page::Page) -> axum::response::Response {
    use axum::response::IntoResponse as _;
    let Some(Extension(actor)) = actor else {
        return Redirect::to("/sign-in").into_response();
    };
    match actor.units().first() {
        Some(unit) => Redirect::to(&format!("/c/{}", unit.key)).into_response(),
        None => sign_in::without_unit(page),
    }
}
