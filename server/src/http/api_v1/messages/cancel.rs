//! `POST /messages/{id}/cancel`

use axum::response::Response;
use domain::access::SendMessages;

use crate::http::api_v1::act::{Input, Nothing};
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Take a message back
///
/// Until its `send_at`. Once it is on its way the answer says where it stands.
#[utoipa::path(
    post, path = "/messages/{id}/cancel", tag = "messages", params(("id" = String, Path), UnitParam),
    security(("oauth" = ["messages:write"])),
    responses((status = 204), (status = "4XX", body = Problem))
)]
pub async fn cancel(
    by: By<SendMessages>,
    At(id): At<String>,
    input: Input<Nothing>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    domain::messages::cancel(&mut act.tx, &by, &id).await?;
    act.done_empty().await
}
