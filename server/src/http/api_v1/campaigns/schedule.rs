//! `POST /campaigns/{id}/schedule`

use axum::http::StatusCode;
use axum::response::Response;
use domain::access::ControlSending;
use types::CampaignId;

use super::submit::Stands;
use crate::http::api_v1::act::{Input, Nothing};
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Give an approved campaign to the clock
///
/// An approval does so by itself; this is for one whose time had passed.
#[utoipa::path(
    post, path = "/campaigns/{id}/schedule", tag = "campaigns", params(("id" = CampaignId, Path), UnitParam),
    security(("oauth" = ["campaigns:control"])),
    responses((status = 200, body = Stands), (status = "4XX", body = Problem))
)]
pub async fn schedule(
    by: By<ControlSending>,
    At(id): At<CampaignId>,
    input: Input<Nothing>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    let state = domain::campaigns::schedule(&mut act.tx, &by, id).await?;
    act.done(StatusCode::OK, &Stands { state }).await
}
