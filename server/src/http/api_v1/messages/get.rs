//! `GET /messages/{id}`

use axum::Json;
use domain::access::ReadMessages;
use types::Code;
use types::messages::MessageDetail;

use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// What became of a message
///
/// By its id or the caller's key: where it stands, everything that happened to it, and every rule that was looked at.
#[utoipa::path(
    get, path = "/messages/{id}", tag = "messages", params(("id" = String, Path), UnitParam),
    security(("oauth" = ["messages:read"])),
    responses((status = 200, body = MessageDetail), (status = "4XX", body = Problem))
)]
pub async fn get(by: By<ReadMessages>, At(id): At<String>) -> Result<Json<MessageDetail>, Stop> {
    let mut tx = by.begin().await?;
    let found = domain::messages::find(&mut tx, &by, &id).await?;
    found.map(Json).ok_or_else(|| Code::NotFound.into())
}
