//! `GET /sender-domains`

use axum::Json;
use domain::access::ManageSenders;
use types::Page;
use types::sending::SenderDomain;

use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::{ListParams, Paging, page_of};
use crate::http::api_v1::problem::{Problem, Stop};

/// List the unit's sender domains
#[utoipa::path(
    get, path = "/sender-domains", tag = "sender-domains", params(ListParams), security(("oauth" = ["senders:write"])),
    responses((status = 200, body = Page<SenderDomain>), (status = "4XX", body = Problem))
)]
pub async fn list(by: By<ManageSenders>, Paging(query): Paging) -> Result<Json<Page<SenderDomain>>, Stop> {
    let mut tx = by.begin().await?;
    let domains = domain::sending::list_domains(&mut tx, &by).await?;
    Ok(Json(page_of(&query, domains, |domain| domain.id.uuid())?))
}
