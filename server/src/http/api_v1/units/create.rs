//! `POST /units`

use axum::http::StatusCode;
use axum::response::Response;
use domain::access::ManageUnits;
use types::UnitId;
use types::units::UnitInput;

use crate::http::api_v1::act::{Input, Made};
use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Make a unit below the unit
#[utoipa::path(
    post, path = "/units", tag = "units", params(UnitParam), security(("oauth" = ["units:write"])),
    request_body = UnitInput,
    responses((status = 201, body = Made<UnitId>), (status = "4XX", body = Problem))
)]
pub async fn create(by: By<ManageUnits>, input: Input<UnitInput>) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    let id = domain::units::create(&mut act.tx, &by, &act.input).await?;
    act.done(StatusCode::CREATED, &Made { id }).await
}
