//! Domains that messages are from, their keys and records.

mod check;
mod create;
mod get;
mod keys;
mod list;
mod places;
mod remove;
mod update;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(get::get, update::update, remove::remove))
        .routes(routes!(check::check))
        .routes(routes!(keys::make))
        .routes(routes!(keys::remove))
        .routes(routes!(keys::activate))
        .routes(routes!(keys::retire))
        .routes(routes!(places::get, places::set))
}
