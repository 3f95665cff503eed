//! Staff and their roles in the unit.

mod disable;
mod get;
mod invite;
mod list;
mod roles;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list, invite::invite))
        .routes(routes!(get::get))
        .routes(routes!(roles::roles))
        .routes(routes!(disable::disable))
        .routes(routes!(disable::enable))
}
