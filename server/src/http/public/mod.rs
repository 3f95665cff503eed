//! A subscriber's pages: askama, no script, no cookie, nothing from elsewhere, behind signed links (law 10), under 30 KB.
//!
//! | path | GET | POST |
//! | --- | --- | --- |
//! | `/p/{token}` | preference centre | saves, stops everything, allows again |
//! | `/u/{token}` | asks | unsubscribes; one click by RFC 8058 |
//! | `/v/{token}` | the message in the browser | - |
//! | `/t/o/{token}.gif`, `/t/c/{token}` | open, click | - |
//!
//! GET and HEAD change nothing but statistics: scanners follow every link (law 7).

mod hits;
mod page;
mod preferences;
#[cfg(test)]
mod tests;
mod track;
mod unsubscribe;
mod view;

pub use hits::{HitSink, start as start_hits};

use axum::{Router, extract::DefaultBodyLimit, routing::get};
use domain::{Domain, dispatch::LinkCache, tokens::Tokens};
use std::sync::Arc;

/// What public pages need.
#[derive(Clone)]
pub struct PublicState {
    pub domain: Domain,
    pub tokens: Tokens,
    pub hits: HitSink,
    pub links: Arc<LinkCache>,
}

impl PublicState {
    /// With the sink of [`start_hits`].
    #[must_use]
    pub fn new(domain: Domain, hits: HitSink) -> Self {
        Self {
            tokens: Tokens::new(domain.keys()),
            domain,
            hits,
            links: Arc::default(),
        }
    }
}

/// All public pages. Forms are tiny: a body over 64 KB is not one of ours.
pub fn router(state: PublicState) -> Router {
    Router::new()
        .route("/p/{token}", get(preferences::show).post(preferences::change))
        .route("/u/{token}", get(unsubscribe::ask).post(unsubscribe::act))
        .route("/v/{token}", get(view::show))
        .route("/t/o/{token}", get(track::open))
        .route("/t/c/{token}", get(track::click))
        .layer(DefaultBodyLimit::max(64 * 1024))
        .with_state(state)
}
