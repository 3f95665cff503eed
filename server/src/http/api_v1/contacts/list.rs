//! `GET /contacts`

use axum::Json;
use domain::access::ReadContacts;
use types::Page;
use types::contacts::ContactSummary;

use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::{ListParams, Paging};
use crate::http::api_v1::problem::{Problem, Stop};

/// List people
///
/// Filters by name, as in the console: `topic` (id), `status`, `language`.
#[utoipa::path(
    get, path = "/contacts", tag = "contacts", params(ListParams), security(("oauth" = ["contacts:read"])),
    responses((status = 200, body = Page<ContactSummary>), (status = "4XX", body = Problem))
)]
pub async fn list(by: By<ReadContacts>, Paging(query): Paging) -> Result<Json<Page<ContactSummary>>, Stop> {
    let mut tx = by.begin().await?;
    Ok(Json(domain::contacts::list(&mut tx, &by, &query).await?))
}
