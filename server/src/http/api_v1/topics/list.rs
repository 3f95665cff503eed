//! `GET /topics`

use axum::Json;
use domain::access::ReadTopics;
use types::Page;
use types::topics::Topic;

use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::{ListParams, Paging, page_of};
use crate::http::api_v1::problem::{Problem, Stop};

/// List topics
#[utoipa::path(
    get, path = "/topics", tag = "topics", params(ListParams), security(("oauth" = ["topics:read"])),
    responses((status = 200, body = Page<Topic>), (status = "4XX", body = Problem))
)]
pub async fn list(by: By<ReadTopics>, Paging(query): Paging) -> Result<Json<Page<Topic>>, Stop> {
    let mut tx = by.begin().await?;
    let topics = domain::topics::list(&mut tx, &by).await?;
    Ok(Json(page_of(&query, topics, |topic| topic.id.uuid())?))
}
