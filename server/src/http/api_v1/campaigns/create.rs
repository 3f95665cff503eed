//! `POST /campaigns`

use axum::http::StatusCode;
use axum::response::Response;
use domain::access::EditCampaigns;
use types::CampaignId;
use types::campaigns::NewCampaign;

use crate::http::api_v1::act::{Input, Made};
use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Start a campaign
///
/// A draft with a name and, where named, the newest version of a template. Everything else comes with `PUT`.
#[utoipa::path(
    post, path = "/campaigns", tag = "campaigns", params(UnitParam), security(("oauth" = ["campaigns:write"])),
    request_body = NewCampaign,
    responses((status = 201, body = Made<CampaignId>), (status = "4XX", body = Problem))
)]
pub async fn create(by: By<EditCampaigns>, input: Input<NewCampaign>) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    let id = domain::campaigns::create(&mut act.tx, &by, &act.input).await?;
    act.done(StatusCode::CREATED, &Made { id }).await
}
