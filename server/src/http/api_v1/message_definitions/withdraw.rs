//! `POST /message-definitions/{id}/withdraw`

use axum::response::Response;
use domain::access::EditCampaigns;

use crate::http::api_v1::act::{Input, Nothing};
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Take a message definition back from review or approval
///
/// One that was approved takes no more calls, and what waits for its time is cancelled.
#[utoipa::path(
    post, path = "/message-definitions/{id}/withdraw", tag = "message-definitions", params(("id" = String, Path), UnitParam),
    security(("oauth" = ["campaigns:write"])),
    responses((status = 204), (status = "4XX", body = Problem))
)]
pub async fn withdraw(
    by: By<EditCampaigns>,
    At(id): At<String>,
    input: Input<Nothing>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    let id = domain::messages::id_of(&mut act.tx, &by, &id).await?;
    domain::approvals::withdraw(&mut act.tx, &by, id).await?;
    act.done_empty().await
}
