//! `GET /imports`

use axum::Json;
use domain::access::ReadContacts;
use types::Page;
use types::imports::Import;

use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::{ListParams, Paging};
use crate::http::api_v1::problem::{Problem, Stop};

/// List imports
#[utoipa::path(
    get, path = "/imports", tag = "imports", params(ListParams), security(("oauth" = ["contacts:read"])),
    responses((status = 200, body = Page<Import>), (status = "4XX", body = Problem))
)]
pub async fn list(by: By<ReadContacts>, Paging(query): Paging) -> Result<Json<Page<Import>>, Stop> {
    let mut tx = by.begin().await?;
    Ok(Json(domain::imports::list(&mut tx, &by, &query).await?))
}
