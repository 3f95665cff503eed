//! Message definitions: what is sent by key, and its way through approval.

mod approve;
mod archive;
mod create;
mod get;
mod list;
mod pause;
mod reject;
mod resume;
mod submit;
mod update;
mod withdraw;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(get::get, update::update, archive::archive))
        .routes(routes!(submit::submit))
        .routes(routes!(withdraw::withdraw))
        .routes(routes!(approve::approve))
        .routes(routes!(reject::reject))
        .routes(routes!(pause::pause))
        .routes(routes!(resume::resume))
}
