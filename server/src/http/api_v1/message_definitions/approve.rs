//! `POST /message-definitions/{id}/approve`

use axum::http::StatusCode;
use axum::response::Response;
use domain::access::{ApproveCampaigns, ReadCampaigns};
use types::Code;

use crate::http::api_v1::act::Input;
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::campaigns::approve::Approval;
use crate::http::api_v1::campaigns::submit::Stands;
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Approve a message definition
///
/// From then on it is what calls send. Nobody approves their own work, also not through a client that they set up.
#[utoipa::path(
    post, path = "/message-definitions/{id}/approve", tag = "message-definitions", params(("id" = String, Path), UnitParam),
    security(("oauth" = ["campaigns:approve"])), request_body = Approval,
    responses((status = 200, body = Stands), (status = "4XX", body = Problem))
)]
pub async fn approve(
    by: By<ApproveCampaigns>,
    At(id): At<String>,
    input: Input<Approval>,
) -> Result<Response, Stop> {
    let reader = by.actor.grant::<ReadCampaigns>(by.unit())?;
    let mut act = input.begin(&by).await?;
    let id = domain::messages::id_of(&mut act.tx, &by, &id).await?;
    let waiting = domain::approvals::waiting_of(&mut act.tx, &reader, id).await?;
    let (review, sealed) = waiting.ok_or(Code::NotFound)?;
    let seal = act.input.seal.as_deref().unwrap_or(&sealed);
    let state = domain::approvals::approve(&mut act.tx, &by, review, seal, &act.input.comment).await?;
    act.done(StatusCode::OK, &Stands { state }).await
}
