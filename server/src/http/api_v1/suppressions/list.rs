//! `GET /suppressions`

use axum::Json;
use domain::access::ReadContacts;
use types::Page;
use types::suppressions::Suppression;

use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::{ListParams, Paging};
use crate::http::api_v1::problem::{Problem, Stop};

/// List addresses never to write to
///
/// The unit's own list, and what holds everywhere. Filter: `reason`.
#[utoipa::path(
    get, path = "/suppressions", tag = "suppressions", params(ListParams), security(("oauth" = ["contacts:read"])),
    responses((status = 200, body = Page<Suppression>), (status = "4XX", body = Problem))
)]
pub async fn list(by: By<ReadContacts>, Paging(query): Paging) -> Result<Json<Page<Suppression>>, Stop> {
    let mut tx = by.begin().await?;
    Ok(Json(
        domain::topics::suppressions::list(&mut tx, &by, &query).await?,
    ))
}
