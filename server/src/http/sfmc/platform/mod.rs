//! What SDKs ask before they begin: where the interfaces are, and whose token it is.

mod endpoints;
mod token_context;

use axum::Router;
use axum::routing::get;

use super::spelled;
use crate::state::AppState;

pub(super) fn routes() -> Router<AppState> {
    let router = spelled(Router::new(), "/platform/v1/endpoints", get(endpoints::list));
    let router = spelled(router, "/platform/v1/endpoints/{kind}", get(endpoints::get));
    spelled(router, "/platform/v1/tokenContext", get(token_context::get))
}
