//! `GET /campaigns/{id}/audience`

use axum::Json;
use domain::access::ReadCampaigns;
use types::CampaignId;
use types::campaigns::AudienceCounts;

use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Who would get it now, and who is held back by which rule
#[utoipa::path(
    get, path = "/campaigns/{id}/audience", tag = "campaigns", params(("id" = CampaignId, Path), UnitParam),
    security(("oauth" = ["campaigns:read"])),
    responses((status = 200, body = AudienceCounts), (status = "4XX", body = Problem))
)]
pub async fn audience(by: By<ReadCampaigns>, At(id): At<CampaignId>) -> Result<Json<AudienceCounts>, Stop> {
    let mut tx = by.begin().await?;
    Ok(Json(
        domain::campaigns::audience_counts(&mut tx, &by, id, None).await?,
    ))
}
