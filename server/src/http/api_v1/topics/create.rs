//! `POST /topics`

use axum::http::StatusCode;
use axum::response::Response;
use domain::access::ManageTopics;
use types::TopicId;
use types::topics::TopicInput;

use crate::http::api_v1::act::{Input, Made};
use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Make a topic
#[utoipa::path(
    post, path = "/topics", tag = "topics", params(UnitParam), security(("oauth" = ["topics:write"])),
    request_body = TopicInput,
    responses((status = 201, body = Made<TopicId>), (status = "4XX", body = Problem))
)]
pub async fn create(by: By<ManageTopics>, input: Input<TopicInput>) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    let id = domain::topics::create(&mut act.tx, &by, &act.input).await?;
    act.done(StatusCode::CREATED, &Made { id }).await
}
