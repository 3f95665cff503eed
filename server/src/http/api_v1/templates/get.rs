//! `GET /templates/{id}`

use axum::Json;
use domain::access::ReadContent;
use types::content::TemplateRow;
use types::{Code, TemplateId};

use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// One template
#[utoipa::path(
    get, path = "/templates/{id}", tag = "templates", params(("id" = TemplateId, Path), UnitParam),
    security(("oauth" = ["content:read"])),
    responses((status = 200, body = TemplateRow), (status = "4XX", body = Problem))
)]
pub async fn get(by: By<ReadContent>, At(id): At<TemplateId>) -> Result<Json<TemplateRow>, Stop> {
    let mut tx = by.begin().await?;
    let found = domain::content::templates::get(&mut tx, &by, id).await?;
    found.map(Json).ok_or_else(|| Code::NotFound.into())
}
