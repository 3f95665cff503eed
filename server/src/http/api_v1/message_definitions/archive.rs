//! `DELETE /message-definitions/{id}`

use axum::response::Response;
use domain::access::EditCampaigns;

use crate::http::api_v1::act::{Input, Nothing};
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Put a message definition away
///
/// It takes no calls; its key stays its own, and its messages can be looked up for ever.
#[utoipa::path(
    delete, path = "/message-definitions/{id}", tag = "message-definitions", params(("id" = String, Path), UnitParam),
    security(("oauth" = ["campaigns:write"])),
    responses((status = 204), (status = "4XX", body = Problem))
)]
pub async fn archive(
    by: By<EditCampaigns>,
    At(id): At<String>,
    input: Input<Nothing>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    let id = domain::messages::id_of(&mut act.tx, &by, &id).await?;
    domain::messages::archive(&mut act.tx, &by, id, true).await?;
    act.done_empty().await
}
