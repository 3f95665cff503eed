//! `POST /campaigns/{id}/reject`

use axum::response::Response;
use domain::access::{ApproveCampaigns, ReadCampaigns};
use serde::Deserialize;
use types::{CampaignId, Code};
use utoipa::ToSchema;

use crate::http::api_v1::act::Input;
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Why it goes back.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct Rejection {
    /// For the author; needed.
    pub(in crate::http::api_v1) comment: String,
}

/// Send it back to its author
#[utoipa::path(
    post, path = "/campaigns/{id}/reject", tag = "campaigns", params(("id" = CampaignId, Path), UnitParam),
    security(("oauth" = ["campaigns:approve"])), request_body = Rejection,
    responses((status = 204), (status = "4XX", body = Problem))
)]
pub async fn reject(
    by: By<ApproveCampaigns>,
    At(id): At<CampaignId>,
    input: Input<Rejection>,
) -> Result<Response, Stop> {
    let reader = by.actor.grant::<ReadCampaigns>(by.unit())?;
    let mut act = input.begin(&by).await?;
    let waiting = domain::approvals::waiting_of(&mut act.tx, &reader, id).await?;
    let (review, _) = waiting.ok_or(Code::NotFound)?;
    domain::approvals::reject(&mut act.tx, &by, review, &act.input.comment).await?;
    act.done_empty().await
}
