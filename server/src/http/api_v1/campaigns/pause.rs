//! `POST /campaigns/{id}/pause`

use axum::response::Response;
use domain::access::ControlSending;
use types::CampaignId;

use crate::http::api_v1::act::{Input, Nothing};
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Pause the sending
#[utoipa::path(
    post, path = "/campaigns/{id}/pause", tag = "campaigns", params(("id" = CampaignId, Path), UnitParam),
    security(("oauth" = ["campaigns:control"])),
    responses((status = 204), (status = "4XX", body = Problem))
)]
pub async fn pause(
    by: By<ControlSending>,
    At(id): At<CampaignId>,
    input: Input<Nothing>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    domain::campaigns::pause(&mut act.tx, &by, id).await?;
    act.done_empty().await
}
