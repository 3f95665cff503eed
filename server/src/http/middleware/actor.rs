//! Who is signed in: the session's owner, loaded afresh for every request, so that a role taken away is gone at once.

use app::ctx::CurrentSession;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use domain::Actor;
use domain::identity::sessions::SessionHash;
use tower_sessions::Session;
use types::{ApiError, Code};

use super::origin::CARRY_THEIR_PROOF;
use crate::http::auth::next::sign_in_then;
use crate::http::session;
use crate::state::AppState;

/// Files and marks of life, which are the same for everybody. Beside them nobody is signed in where the origin check lets
/// everything through, or another website could act in a reader's name there.
const FOR_EVERYBODY: &[&str] = &["/pkg/", "/fonts/", "/healthz", "/readyz", "/metrics"];

/// Puts the [`Actor`] of the session into the request. Pages of the console send everybody else to the sign-in page and
/// back; that is a courtesy, and the domain is what refuses.
pub async fn load(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if FOR_EVERYBODY
        .iter()
        .chain(CARRY_THEIR_PROOF)
        .any(|prefix| path.starts_with(prefix))
    {
        return next.run(request).await;
    }
    let session = request.extensions().get::<Session>().cloned();
    let wanted = request
        .uri()
        .path_and_query()
        .map_or("/", |wanted| wanted.as_str())
        .to_owned();
    match signed_in(&state, session).await {
        Ok(Some((actor, hash))) => {
            request.extensions_mut().insert(actor);
            request.extensions_mut().insert(CurrentSession(hash));
        }
        Ok(None) if wanted.starts_with("/c/") && request.method() == Method::GET => {
            return Redirect::to(&sign_in_then(&wanted)).into_response();
        }
        Ok(None) => {}
        Err(error) => {
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            return (status, Json(error)).into_response();
        }
    }
    next.run(request).await
}

async fn signed_in(
    state: &AppState,
    session: Option<Session>,
) -> Result<Option<(Actor, SessionHash)>, ApiError> {
    let Some(session) = session else { return Ok(None) };
    // Without a cookie there is nothing to ask the database.
    if session.id().is_none() {
        return Ok(None);
    }
    // The store has logged what went wrong.
    let user = session::user(&session)
        .await
        .map_err(|_| ApiError::new(Code::Unavailable))?;
    let (Some(user), Some(id)) = (user, session.id()) else {
        return Ok(None);
    };
    let actor = Actor::load(&state.domain, user).await.map_err(ApiError::from)?;
    Ok(actor.map(|actor| (actor, session::hash(&id))))
}
