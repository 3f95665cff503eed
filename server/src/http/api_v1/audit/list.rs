//! `GET /audit`

use axum::Json;
use domain::access::ReadAudit;
use types::Page;
use types::audit::AuditEntry;

use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::{ListParams, Paging};
use crate::http::api_v1::problem::{Problem, Stop};

/// The unit's audit log
///
/// Newest first. Filter: `object` (the id of a thing).
#[utoipa::path(
    get, path = "/audit", tag = "audit", params(ListParams), security(("oauth" = ["audit:read"])),
    responses((status = 200, body = Page<AuditEntry>), (status = "4XX", body = Problem))
)]
pub async fn list(by: By<ReadAudit>, Paging(query): Paging) -> Result<Json<Page<AuditEntry>>, Stop> {
    let mut tx = by.begin().await?;
    Ok(Json(domain::audit::list(&mut tx, &by, &query).await?))
}
