//! `POST /campaigns/{id}/submit`

use axum::http::StatusCode;
use axum::response::Response;
use domain::access::EditCampaigns;
use serde::{Deserialize, Serialize};
use types::campaigns::CampaignState;
use types::{CampaignId, ReviewId};
use utoipa::ToSchema;

use crate::http::api_v1::act::{Input, Made};
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// What the approvers should know.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct Note {
    pub(in crate::http::api_v1) note: String,
}

/// Where a campaign stands after a call.
#[derive(Debug, Serialize, ToSchema)]
pub struct Stands {
    pub(in crate::http::api_v1) state: CampaignState,
}

/// Submit for approval
///
/// Freezes content, audience, sender and schedule under a seal; answers with the id of the review. The author of a client's
/// campaigns is the person who set the client up.
#[utoipa::path(
    post, path = "/campaigns/{id}/submit", tag = "campaigns", params(("id" = CampaignId, Path), UnitParam),
    security(("oauth" = ["campaigns:write"])), request_body = Note,
    responses((status = 201, body = Made<ReviewId>), (status = "4XX", body = Problem))
)]
pub async fn submit(
    by: By<EditCampaigns>,
    At(id): At<CampaignId>,
    input: Input<Note>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    let id = domain::approvals::submit(&mut act.tx, &by, id, &act.input.note).await?;
    act.done(StatusCode::CREATED, &Made { id }).await
}
