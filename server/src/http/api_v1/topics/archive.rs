//! `DELETE /topics/{id}`

use axum::response::Response;
use domain::access::ManageTopics;
use types::TopicId;

use crate::http::api_v1::act::{Input, Nothing};
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Archive a topic
///
/// It is offered to nobody any more; who was subscribed to it stays known.
#[utoipa::path(
    delete, path = "/topics/{id}", tag = "topics", params(("id" = TopicId, Path), UnitParam),
    security(("oauth" = ["topics:write"])),
    responses((status = 204), (status = "4XX", body = Problem))
)]
pub async fn archive(
    by: By<ManageTopics>,
    At(id): At<TopicId>,
    input: Input<Nothing>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    domain::topics::archive(&mut act.tx, &by, id, true).await?;
    act.done_empty().await
}
