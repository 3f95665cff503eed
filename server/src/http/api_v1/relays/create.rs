//! `POST /relays`

use axum::http::StatusCode;
use axum::response::Response;
use domain::access::ManageSystem;
use types::RelayId;
use types::sending::RelayInput;

use crate::http::api_v1::act::{Input, Made};
use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Add a relay
#[utoipa::path(
    post, path = "/relays", tag = "relays", params(UnitParam), security(("oauth" = ["system:write"])),
    request_body = RelayInput,
    responses((status = 201, body = Made<RelayId>), (status = "4XX", body = Problem))
)]
pub async fn create(by: By<ManageSystem>, input: Input<RelayInput>) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    let id = domain::sending::create_relay(&mut act.tx, &by, &act.input).await?;
    act.done(StatusCode::CREATED, &Made { id }).await
}
