//! `DELETE /campaigns/{id}`

use axum::response::Response;
use domain::access::EditCampaigns;
use types::CampaignId;

use crate::http::api_v1::act::{Input, Nothing};
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Delete a draft that was never submitted
#[utoipa::path(
    delete, path = "/campaigns/{id}", tag = "campaigns", params(("id" = CampaignId, Path), UnitParam),
    security(("oauth" = ["campaigns:write"])),
    responses((status = 204), (status = "4XX", body = Problem))
)]
pub async fn delete(
    by: By<EditCampaigns>,
    At(id): At<CampaignId>,
    input: Input<Nothing>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    domain::campaigns::delete(&mut act.tx, &by, id).await?;
    act.done_empty().await
}
