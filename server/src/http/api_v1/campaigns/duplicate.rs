//! `POST /campaigns/{id}/duplicate`

use axum::http::StatusCode;
use axum::response::Response;
use domain::access::EditCampaigns;
use types::CampaignId;

use crate::http::api_v1::act::{Input, Made, Nothing};
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Make a new draft like it
#[utoipa::path(
    post, path = "/campaigns/{id}/duplicate", tag = "campaigns", params(("id" = CampaignId, Path), UnitParam),
    security(("oauth" = ["campaigns:write"])),
    responses((status = 201, body = Made<CampaignId>), (status = "4XX", body = Problem))
)]
pub async fn duplicate(
    by: By<EditCampaigns>,
    At(id): At<CampaignId>,
    input: Input<Nothing>,
) -> Result<Response, Stop> {
    let language = by.actor.language();
    let mut act = input.begin(&by).await?;
    let id = domain::campaigns::duplicate(&mut act.tx, &by, id, language).await?;
    act.done(StatusCode::CREATED, &Made { id }).await
}
