//! `POST /message-definitions/{id}/reject`

use axum::response::Response;
use domain::access::{ApproveCampaigns, ReadCampaigns};
use types::Code;

use crate::http::api_v1::act::Input;
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::campaigns::reject::Rejection;
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Send a message definition back to its author
#[utoipa::path(
    post, path = "/message-definitions/{id}/reject", tag = "message-definitions", params(("id" = String, Path), UnitParam),
    security(("oauth" = ["campaigns:approve"])), request_body = Rejection,
    responses((status = 204), (status = "4XX", body = Problem))
)]
pub async fn reject(
    by: By<ApproveCampaigns>,
    At(id): At<String>,
    input: Input<Rejection>,
) -> Result<Response, Stop> {
    let reader = by.actor.grant::<ReadCampaigns>(by.unit())?;
    let mut act = input.begin(&by).await?;
    let id = domain::messages::id_of(&mut act.tx, &by, &id).await?;
    let waiting = domain::approvals::waiting_of(&mut act.tx, &reader, id).await?;
    let (review, _) = waiting.ok_or(Code::NotFound)?;
    domain::approvals::reject(&mut act.tx, &by, review, &act.input.comment).await?;
    act.done_empty().await
}
