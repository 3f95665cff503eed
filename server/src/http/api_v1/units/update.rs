//! `PUT /units/{unit}`

use axum::http::StatusCode;
use axum::response::Response;
use domain::access::ManageUnits;
use types::UnitId;
use types::units::UnitInput;

use crate::http::api_v1::act::{Input, Made};
use crate::http::api_v1::caller::By;
use crate::http::api_v1::problem::{Problem, Stop};

/// Change a unit
#[utoipa::path(
    put, path = "/units/{unit}", tag = "units", params(("unit" = String, Path, description = "Id or key")),
    security(("oauth" = ["units:write"])), request_body = UnitInput,
    responses((status = 200, body = Made<UnitId>), (status = "4XX", body = Problem))
)]
pub async fn update(by: By<ManageUnits>, input: Input<UnitInput>) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    domain::units::update(&mut act.tx, &by, &act.input).await?;
    act.done(StatusCode::OK, &Made { id: by.unit() }).await
}
