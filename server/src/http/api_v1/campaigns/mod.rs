//! Campaigns, their way through approval, and what became of them.

pub(super) mod approve;
mod audience;
mod cancel;
mod create;
mod delete;
mod duplicate;
mod get;
mod ledger;
mod list;
mod pause;
mod progress;
pub(super) mod reject;
mod report;
mod resume;
mod schedule;
pub(super) mod submit;
mod test;
mod throttle;
mod update;
mod withdraw;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(get::get, update::update, delete::delete))
        .routes(routes!(submit::submit))
        .routes(routes!(withdraw::withdraw))
        .routes(routes!(approve::approve))
        .routes(routes!(reject::reject))
        .routes(routes!(schedule::schedule))
        .routes(routes!(pause::pause))
        .routes(routes!(resume::resume))
        .routes(routes!(cancel::cancel))
        .routes(routes!(throttle::throttle))
        .routes(routes!(duplicate::duplicate))
        .routes(routes!(test::test))
        .routes(routes!(audience::audience))
        .routes(routes!(progress::progress))
        .routes(routes!(report::report))
        .routes(routes!(ledger::ledger))
}
