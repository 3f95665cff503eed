//! `POST /message-definitions/{id}/submit`

use axum::http::StatusCode;
use axum::response::Response;
use domain::access::EditCampaigns;
use types::ReviewId;

use crate::http::api_v1::act::{Input, Made};
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::campaigns::submit::Note;
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Submit a message definition for approval
///
/// Freezes content, sender, key and parameters under a seal; answers with the id of the review.
#[utoipa::path(
    post, path = "/message-definitions/{id}/submit", tag = "message-definitions", params(("id" = String, Path), UnitParam),
    security(("oauth" = ["campaigns:write"])), request_body = Note,
    responses((status = 201, body = Made<ReviewId>), (status = "4XX", body = Problem))
)]
pub async fn submit(by: By<EditCampaigns>, At(id): At<String>, input: Input<Note>) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    let id = domain::messages::id_of(&mut act.tx, &by, &id).await?;
    let id = domain::approvals::submit(&mut act.tx, &by, id, &act.input.note).await?;
    act.done(StatusCode::CREATED, &Made { id }).await
}
