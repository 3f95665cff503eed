//! Triggered messages: asking for them, and what became of each.

mod batch;
mod cancel;
mod get;
mod list;
mod send;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list, send::send))
        .routes(routes!(batch::batch))
        .routes(routes!(get::get))
        .routes(routes!(cancel::cancel))
}
