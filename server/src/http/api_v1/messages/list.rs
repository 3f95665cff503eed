//! `GET /messages`

use axum::Json;
use domain::access::ReadMessages;
use types::messages::{MessageFilter, MessageRow};
use types::{Code, Page};

use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::{ListParams, Paging};
use crate::http::api_v1::problem::{Problem, Stop};

/// Search messages
///
/// The last first. Filters: `address`, `key`, `definition` (its key), `from` and `to` (times).
#[utoipa::path(
    get, path = "/messages", tag = "messages", params(ListParams), security(("oauth" = ["messages:read"])),
    responses((status = 200, body = Page<MessageRow>), (status = "4XX", body = Problem))
)]
pub async fn list(by: By<ReadMessages>, Paging(query): Paging) -> Result<Json<Page<MessageRow>>, Stop> {
    let text = |name: &str| query.filters.get(name).cloned().unwrap_or_default();
    let time = |name: &str| match query.filters.get(name) {
        None => Ok(None),
        Some(text) => match text.parse() {
            Ok(at) => Ok(Some(at)),
            Err(_) => Err(Stop::from(domain::Error::field(name, Code::BadFormat))),
        },
    };
    let filter = MessageFilter {
        address: text("address"),
        key: text("key"),
        definition: text("definition"),
        from: time("from")?,
        to: time("to")?,
    };
    let mut tx = by.begin().await?;
    Ok(Json(
        domain::messages::search(&mut tx, &by, &filter, &query).await?,
    ))
}
