//! `GET /sender-profiles`

use axum::Json;
use domain::access::ReadContent;
use types::Page;
use types::content::SenderProfile;

use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::{ListParams, Paging};
use crate::http::api_v1::problem::{Problem, Stop};

/// List sender profiles
#[utoipa::path(
    get, path = "/sender-profiles", tag = "sender-profiles", params(ListParams), security(("oauth" = ["content:read"])),
    responses((status = 200, body = Page<SenderProfile>), (status = "4XX", body = Problem))
)]
pub async fn list(by: By<ReadContent>, Paging(query): Paging) -> Result<Json<Page<SenderProfile>>, Stop> {
    let mut tx = by.begin().await?;
    Ok(Json(domain::content::senders::list(&mut tx, &by, &query).await?))
}
