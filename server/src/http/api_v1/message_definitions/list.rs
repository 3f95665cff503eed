//! `GET /message-definitions`

use axum::Json;
use domain::access::ReadCampaigns;
use types::Page;
use types::messages::Definition;

use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::{ListParams, Paging};
use crate::http::api_v1::problem::{Problem, Stop};

/// List message definitions
///
/// By key. Filter `archived` = `yes` shows what was put away.
#[utoipa::path(
    get, path = "/message-definitions", tag = "message-definitions", params(ListParams), security(("oauth" = ["campaigns:read"])),
    responses((status = 200, body = Page<Definition>), (status = "4XX", body = Problem))
)]
pub async fn list(by: By<ReadCampaigns>, Paging(query): Paging) -> Result<Json<Page<Definition>>, Stop> {
    let mut tx = by.begin().await?;
    Ok(Json(domain::messages::list(&mut tx, &by, &query).await?))
}
