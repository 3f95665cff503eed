//! `GET /campaigns/{id}/progress`

use axum::Json;
use domain::access::ReadCampaigns;
use types::campaigns::CampaignProgress;
use types::{CampaignId, Code};

use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// How far the sending is
#[utoipa::path(
    get, path = "/campaigns/{id}/progress", tag = "campaigns", params(("id" = CampaignId, Path), UnitParam),
    security(("oauth" = ["campaigns:read"])),
    responses((status = 200, body = CampaignProgress), (status = "4XX", body = Problem))
)]
pub async fn progress(by: By<ReadCampaigns>, At(id): At<CampaignId>) -> Result<Json<CampaignProgress>, Stop> {
    let mut tx = by.begin().await?;
    let found = domain::campaigns::progress(&mut tx, &by, id).await?;
    found.map(Json).ok_or_else(|| Code::NotFound.into())
}
