//! `GET /campaigns/{id}/report`

use axum::Json;
use domain::access::ReadReports;
use types::reports::CampaignReport;
use types::{CampaignId, Code};

use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// What became of a campaign
///
/// `audience` is the sum of all outcomes and of what is pending; people are counted once, machines apart.
#[utoipa::path(
    get, path = "/campaigns/{id}/report", tag = "campaigns", params(("id" = CampaignId, Path), UnitParam),
    security(("oauth" = ["reports:read"])),
    responses((status = 200, body = CampaignReport), (status = "4XX", body = Problem))
)]
pub async fn report(by: By<ReadReports>, At(id): At<CampaignId>) -> Result<Json<CampaignReport>, Stop> {
    let mut tx = by.begin().await?;
    let found = domain::reports::campaign(&mut tx, &by, id).await?;
    found.map(Json).ok_or_else(|| Code::NotFound.into())
}
