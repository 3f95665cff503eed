//! Salesforce Marketing Cloud's REST interfaces for those who call them already: they change a base address and credentials, and nothing
//! else (`docs/SALESFORCE.md`). Each route calls the domain function that `/api/v1` calls, with the same proof; what one side's words
//! mean on the other stands in [`map`], and errors take Salesforce's shape in [`fault`].
//!
//! Their servers know no case in paths and take a slash at the end: their clients rely on both.

mod definitions;
mod fault;
mod map;
mod messages;
mod oauth;
mod platform;
mod sends;
mod unsupported;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::MethodRouter;

use crate::state::AppState;

/// Longest body of a call, in bytes.
const BODY_LIMIT: usize = 4 << 20;

/// Everything below a base address that callers change.
pub fn router(state: AppState) -> Router {
    Router::new()
        .merge(oauth::routes())
        .merge(platform::routes())
        .merge(definitions::routes())
        .merge(messages::routes())
        .merge(sends::routes())
        .merge(unsupported::routes())
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(axum::middleware::from_fn(fault::render))
        .with_state(state)
}

/// The id of a call that its answer names, as theirs: a UUID of version 4.
fn request_id(domain: &domain::Domain) -> String {
    uuid::Builder::from_random_bytes(domain.random())
        .into_uuid()
        .to_string()
}

/// A route in the spellings that their clients use: as documented and in lower case (fuel-rest), each with and without a slash at the end.
fn spelled(router: Router<AppState>, path: &str, methods: MethodRouter<AppState>) -> Router<AppState> {
    let mut spellings = vec![path.to_owned()];
    let lower = lower_case(path);
    if lower != path {
        spellings.push(lower);
    }
    spellings.into_iter().fold(router, |router, path| {
        router
            .route(&format!("{path}/"), methods.clone())
            .route(&path, methods.clone())
    })
}

/// The path in lower case, but for the names of its parameters.
fn lower_case(path: &str) -> String {
    let segments = path.split('/').map(|segment| {
        if segment.starts_with('{') {
            segment.to_owned()
        } else {
            segment.to_ascii_lowercase()
        }
    });
    segments.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests;
