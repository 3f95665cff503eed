//! What every request passes before it reaches a router, from the outside to the inside:
//!
//! 1. [`trace`]: id, log line, metrics
//! 2. [`headers`]: what every answer says about itself
//! 3. [`client`]: who asks, through proxies that are trusted
//! 4. [`origin`]: no other website acts in a reader's name
//! 5. session, [`actor`]: who is signed in
//!
//! None of it is authorisation: that is `domain::access`, and asked for in every function of the domain.

pub mod actor;
pub mod client;
pub mod headers;
pub mod origin;
pub mod trace;

use axum::Router;
use axum::middleware::from_fn_with_state;

use super::session;
use crate::state::AppState;

/// Puts 2 to 5 around the routers.
pub fn secure(router: Router, state: &AppState) -> Router {
    let https = state.config.http.public_url.is_https();
    router
        .layer(from_fn_with_state(state.clone(), actor::load))
        .layer(session::layer(&state.domain, &state.config.http))
        .layer(from_fn_with_state(state.clone(), origin::check))
        .layer(from_fn_with_state(state.clone(), client::find))
        .layer(from_fn_with_state(https, headers::add))
}
