//! `GET /topics/{id}`

use axum::Json;
use domain::access::ReadTopics;
use types::topics::Topic;
use types::{Code, TopicId};

use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// One topic
#[utoipa::path(
    get, path = "/topics/{id}", tag = "topics", params(("id" = TopicId, Path), UnitParam),
    security(("oauth" = ["topics:read"])),
    responses((status = 200, body = Topic), (status = "4XX", body = Problem))
)]
pub async fn get(by: By<ReadTopics>, At(id): At<TopicId>) -> Result<Json<Topic>, Stop> {
    let mut tx = by.begin().await?;
    let topic = domain::topics::get(&mut tx, &by, id).await?;
    topic.map(Json).ok_or_else(|| Code::NotFound.into())
}
