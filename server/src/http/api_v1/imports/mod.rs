//! Files of people and of addresses never to write to.

mod cancel;
mod errors;
mod get;
mod list;
mod start;
mod upload;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(upload::upload))
        .routes(routes!(upload::upload_suppressions))
        .routes(routes!(get::get))
        .routes(routes!(errors::errors))
        .routes(routes!(start::start))
        .routes(routes!(cancel::cancel))
}
