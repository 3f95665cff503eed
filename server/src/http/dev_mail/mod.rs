//! The capture inbox for people (`/dev/mail`) and programs (`/dev/mail/api/messages`). Only when no relay is configured, and
//! only for system admins or whoever sits at the machine itself: a direct loopback peer.

mod api;
mod pages;
#[cfg(test)]
mod tests;

use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use domain::Actor;
use domain::access::ManageSystem;
use domain::captured::Reader;
use types::{ApiError, Code};

use super::peer::is_direct_loopback;
use crate::state::AppState;

/// All its addresses; none of them exist where a relay is configured.
pub fn router(state: AppState) -> Router {
    if state.config.smtp.relay.is_some() {
        return Router::new();
    }
    Router::new()
        .route("/dev/mail", get(pages::list))
        .route("/dev/mail/clear", post(pages::clear))
        .route("/dev/mail/{id}", get(pages::show))
        .route("/dev/mail/{id}/html", get(pages::html))
        .route("/dev/mail/{id}/raw", get(pages::raw))
        .route("/dev/mail/api/messages", get(api::list).delete(api::clear))
        .route("/dev/mail/api/messages/{id}", get(api::get))
        .with_state(state)
}

/// Proof that the request may read everybody's captured mail.
struct MayRead(Reader);

impl<S: Send + Sync> FromRequestParts<S> for MayRead {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Response> {
        if is_direct_loopback(&parts.extensions, &parts.headers) {
            return Ok(Self(Reader::at_the_machine()));
        }
        let actor = parts.extensions.get::<Actor>();
        let admin = actor.and_then(|actor| actor.grant_all::<ManageSystem>().into_iter().next());
        match (admin, actor) {
            (Some(by), _) => Ok(Self(Reader::admin(&by))),
            (None, Some(_)) => Err(refused(ApiError::new(Code::Forbidden))),
            (None, None) => Err(refused(ApiError::new(Code::NotSignedIn))),
        }
    }
}

fn refused(error: ApiError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, axum::Json(error)).into_response()
}

fn failed(error: domain::Error) -> Response {
    refused(ApiError::from(error))
}
