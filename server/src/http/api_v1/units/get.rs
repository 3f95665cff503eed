//! `GET /units/{unit}`

use axum::Json;
use domain::access::ViewUnit;
use types::Code;
use types::units::Unit;

use crate::http::api_v1::caller::By;
use crate::http::api_v1::problem::{Problem, Stop};

/// One unit
#[utoipa::path(
    get, path = "/units/{unit}", tag = "units", params(("unit" = String, Path, description = "Id or key")),
    security(("oauth" = ["unit:view"])),
    responses((status = 200, body = Unit), (status = "4XX", body = Problem))
)]
pub async fn get(by: By<ViewUnit>) -> Result<Json<Unit>, Stop> {
    let mut tx = by.begin().await?;
    let unit = domain::units::get(&mut tx, &by).await?;
    unit.map(Json).ok_or_else(|| Code::NotFound.into())
}
