//! `POST /message-definitions/{id}/pause`

use axum::response::Response;
use domain::access::ControlSending;

use crate::http::api_v1::act::{Input, Nothing};
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Pause a message definition
///
/// Calls are refused, and what was accepted and not handed over waits.
#[utoipa::path(
    post, path = "/message-definitions/{id}/pause", tag = "message-definitions", params(("id" = String, Path), UnitParam),
    security(("oauth" = ["campaigns:control"])),
    responses((status = 204), (status = "4XX", body = Problem))
)]
pub async fn pause(
    by: By<ControlSending>,
    At(id): At<String>,
    input: Input<Nothing>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    let id = domain::messages::id_of(&mut act.tx, &by, &id).await?;
    domain::messages::pause(&mut act.tx, &by, id).await?;
    act.done_empty().await
}
