//! Who gets which topic, and the record of their consent.

mod choose;
mod history;
mod list;
mod stop;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list, choose::choose))
        .routes(routes!(history::history))
        .routes(routes!(stop::stop))
        .routes(routes!(stop::restore))
}
