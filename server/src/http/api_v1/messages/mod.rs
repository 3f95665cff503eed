//! Triggered messages: asking for them, and what became of each.

mod batch;
mod cancel;
mod get;
mod list;
mod preview;
mod send;

use axum::extract::DefaultBodyLimit;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

/// Longest body of a call for messages, in bytes: the files of one, in base64.
const BODY_LIMIT: usize = 12 << 20;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list, send::send))
        .routes(routes!(batch::batch))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .routes(routes!(preview::preview))
        .routes(routes!(get::get))
        .routes(routes!(cancel::cancel))
}
