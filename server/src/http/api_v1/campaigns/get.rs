//! `GET /campaigns/{id}`

use axum::Json;
use domain::access::ReadCampaigns;
use types::campaigns::CampaignDetail;
use types::{CampaignId, Code};

use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// One campaign
#[utoipa::path(
    get, path = "/campaigns/{id}", tag = "campaigns", params(("id" = CampaignId, Path), UnitParam),
    security(("oauth" = ["campaigns:read"])),
    responses((status = 200, body = CampaignDetail), (status = "4XX", body = Problem))
)]
pub async fn get(by: By<ReadCampaigns>, At(id): At<CampaignId>) -> Result<Json<CampaignDetail>, Stop> {
    let mut tx = by.begin().await?;
    let found = domain::campaigns::get(&mut tx, &by, id).await?;
    found.map(Json).ok_or_else(|| Code::NotFound.into())
}
