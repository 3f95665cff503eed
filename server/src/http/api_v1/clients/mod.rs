//! Other systems that call the API.

mod create;
mod get;
mod list;
mod revoke;
mod rotate;
mod update;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(get::get, update::update, revoke::revoke))
        .routes(routes!(rotate::rotate))
}
