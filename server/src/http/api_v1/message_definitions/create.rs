//! `POST /message-definitions`

use axum::http::StatusCode;
use axum::response::Response;
use domain::access::EditCampaigns;
use types::CampaignId;
use types::messages::NewDefinition;

use crate::http::api_v1::act::{Input, Made};
use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Start a message definition
///
/// A draft under a key that is its own for ever. It takes calls once it was submitted and another person approved it.
#[utoipa::path(
    post, path = "/message-definitions", tag = "message-definitions", params(UnitParam), security(("oauth" = ["campaigns:write"])),
    request_body = NewDefinition,
    responses((status = 201, body = Made<CampaignId>), (status = "4XX", body = Problem))
)]
pub async fn create(by: By<EditCampaigns>, input: Input<NewDefinition>) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    let id = domain::messages::create(&mut act.tx, &by, &act.input).await?;
    act.done(StatusCode::CREATED, &Made { id }).await
}
