//! `GET /units`

use axum::Json;
use domain::access::ViewUnit;
use types::Page;
use types::units::Unit;

use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::{ListParams, Paging, page_of};
use crate::http::api_v1::problem::{Problem, Stop};

/// The unit and everything below it
#[utoipa::path(
    get, path = "/units", tag = "units", params(ListParams), security(("oauth" = ["unit:view"])),
    responses((status = 200, body = Page<Unit>), (status = "4XX", body = Problem))
)]
pub async fn list(by: By<ViewUnit>, Paging(query): Paging) -> Result<Json<Page<Unit>>, Stop> {
    let mut tx = by.begin().await?;
    let units = domain::units::children(&mut tx, &by).await?;
    Ok(Json(page_of(&query, units, |unit| unit.id.uuid())?))
}
