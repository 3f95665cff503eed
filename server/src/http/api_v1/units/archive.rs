//! `DELETE /units/{unit}`

use axum::response::Response;
use domain::access::ManageUnits;

use crate::http::api_v1::act::{Input, Nothing};
use crate::http::api_v1::caller::By;
use crate::http::api_v1::problem::{Problem, Stop};

/// Take a unit out of use
#[utoipa::path(
    delete, path = "/units/{unit}", tag = "units", params(("unit" = String, Path, description = "Id or key")),
    security(("oauth" = ["units:write"])),
    responses((status = 204), (status = "4XX", body = Problem))
)]
pub async fn archive(by: By<ManageUnits>, input: Input<Nothing>) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    domain::units::archive(&mut act.tx, &by, true).await?;
    act.done_empty().await
}
