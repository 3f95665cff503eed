//! `PUT /topics/{id}`

use axum::http::StatusCode;
use axum::response::Response;
use domain::access::ManageTopics;
use types::TopicId;
use types::topics::TopicInput;

use crate::http::api_v1::act::{Input, Made};
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Change a topic
#[utoipa::path(
    put, path = "/topics/{id}", tag = "topics", params(("id" = TopicId, Path), UnitParam),
    security(("oauth" = ["topics:write"])), request_body = TopicInput,
    responses((status = 200, body = Made<TopicId>), (status = "4XX", body = Problem))
)]
pub async fn update(
    by: By<ManageTopics>,
    At(id): At<TopicId>,
    input: Input<TopicInput>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    domain::topics::update(&mut act.tx, &by, id, &act.input).await?;
    act.done(StatusCode::OK, &Made { id }).await
}
