//! `PUT /message-definitions/{id}`

use axum::http::StatusCode;
use axum::response::Response;
use domain::access::EditCampaigns;
use serde::Serialize;
use types::messages::DefinitionUpdate;
use utoipa::ToSchema;

use crate::http::api_v1::act::Input;
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// What the next change is based on.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewEdition {
    edit_version: i32,
}

/// Change the draft of a message definition
///
/// What is live stays as it was approved, until this is submitted and approved too.
#[utoipa::path(
    put, path = "/message-definitions/{id}", tag = "message-definitions", params(("id" = String, Path), UnitParam),
    security(("oauth" = ["campaigns:write"])), request_body = DefinitionUpdate,
    responses((status = 200, body = NewEdition), (status = "4XX", body = Problem))
)]
pub async fn update(
    by: By<EditCampaigns>,
    At(id): At<String>,
    input: Input<DefinitionUpdate>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    let id = domain::messages::id_of(&mut act.tx, &by, &id).await?;
    let edit_version = domain::messages::update(&mut act.tx, &by, id, &act.input).await?;
    act.done(StatusCode::OK, &NewEdition { edit_version }).await
}
