//! `GET /templates`

use axum::Json;
use domain::access::ReadContent;
use types::Page;
use types::content::TemplateRow;

use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::{ListParams, Paging};
use crate::http::api_v1::problem::{Problem, Stop};

/// List templates
#[utoipa::path(
    get, path = "/templates", tag = "templates", params(ListParams), security(("oauth" = ["content:read"])),
    responses((status = 200, body = Page<TemplateRow>), (status = "4XX", body = Problem))
)]
pub async fn list(by: By<ReadContent>, Paging(query): Paging) -> Result<Json<Page<TemplateRow>>, Stop> {
    let mut tx = by.begin().await?;
    Ok(Json(
        domain::content::templates::list(&mut tx, &by, &query).await?,
    ))
}
