//! `GET /campaigns`

use axum::Json;
use domain::access::ReadCampaigns;
use types::Page;
use types::campaigns::CampaignRow;

use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::{ListParams, Paging};
use crate::http::api_v1::problem::{Problem, Stop};

/// List campaigns
///
/// Filters as in the console: `state`, `archived`.
#[utoipa::path(
    get, path = "/campaigns", tag = "campaigns", params(ListParams), security(("oauth" = ["campaigns:read"])),
    responses((status = 200, body = Page<CampaignRow>), (status = "4XX", body = Problem))
)]
pub async fn list(by: By<ReadCampaigns>, Paging(query): Paging) -> Result<Json<Page<CampaignRow>>, Stop> {
    let mut tx = by.begin().await?;
    Ok(Json(domain::campaigns::list(&mut tx, &by, &query).await?))
}
