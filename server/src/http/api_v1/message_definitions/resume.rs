//! `POST /message-definitions/{id}/resume`

use axum::response::Response;
use domain::access::ControlSending;

use crate::http::api_v1::act::{Input, Nothing};
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Let a message definition go on
///
/// Calls are taken again, and what waited goes.
#[utoipa::path(
    post, path = "/message-definitions/{id}/resume", tag = "message-definitions", params(("id" = String, Path), UnitParam),
    security(("oauth" = ["campaigns:control"])),
    responses((status = 204), (status = "4XX", body = Problem))
)]
pub async fn resume(
    by: By<ControlSending>,
    At(id): At<String>,
    input: Input<Nothing>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    let id = domain::messages::id_of(&mut act.tx, &by, &id).await?;
    domain::messages::resume(&mut act.tx, &by, id).await?;
    act.done_empty().await
}
