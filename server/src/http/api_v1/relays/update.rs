//! `PUT /relays/{id}`

use axum::http::StatusCode;
use axum::response::Response;
use domain::access::ManageSystem;
use types::RelayId;
use types::sending::RelayInput;

use crate::http::api_v1::act::{Input, Made};
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Change a relay, or take it out of use
///
/// With the `edit_version` that was read. Without a password the one that is kept stays, as long as host and user do.
#[utoipa::path(
    put, path = "/relays/{id}", tag = "relays", params(("id" = RelayId, Path), UnitParam),
    security(("oauth" = ["system:write"])), request_body = RelayInput,
    responses((status = 200, body = Made<RelayId>), (status = "4XX", body = Problem))
)]
pub async fn update(
    by: By<ManageSystem>,
    At(id): At<RelayId>,
    input: Input<RelayInput>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    domain::sending::update_relay(&mut act.tx, &by, id, &act.input).await?;
    act.done(StatusCode::OK, &Made { id }).await
}
