//! `POST /campaigns/{id}/approve`

use axum::http::StatusCode;
use axum::response::Response;
use domain::access::{ApproveCampaigns, ReadCampaigns};
use serde::Deserialize;
use types::{CampaignId, Code};
use utoipa::ToSchema;

use super::submit::Stands;
use crate::http::api_v1::act::Input;
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// What is approved.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct Approval {
    /// The seal of the revision that was looked at (hexadecimal): what was changed since is not approved. Absent: whatever
    /// is waiting now.
    pub(in crate::http::api_v1) seal: Option<String>,
    pub(in crate::http::api_v1) comment: String,
}

/// Approve
///
/// Nobody approves their own work, also not through a client that they set up.
#[utoipa::path(
    post, path = "/campaigns/{id}/approve", tag = "campaigns", params(("id" = CampaignId, Path), UnitParam),
    security(("oauth" = ["campaigns:approve"])), request_body = Approval,
    responses((status = 200, body = Stands), (status = "4XX", body = Problem))
)]
pub async fn approve(
    by: By<ApproveCampaigns>,
    At(id): At<CampaignId>,
    input: Input<Approval>,
) -> Result<Response, Stop> {
    let reader = by.actor.grant::<ReadCampaigns>(by.unit())?;
    let mut act = input.begin(&by).await?;
    let waiting = domain::approvals::waiting_of(&mut act.tx, &reader, id).await?;
    let (review, sealed) = waiting.ok_or(Code::NotFound)?;
    let seal = act.input.seal.as_deref().unwrap_or(&sealed);
    let state = domain::approvals::approve(&mut act.tx, &by, review, seal, &act.input.comment).await?;
    act.done(StatusCode::OK, &Stands { state }).await
}
