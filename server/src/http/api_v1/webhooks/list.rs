//! `GET /webhooks`

use axum::Json;
use domain::access::ReadWebhooks;
use types::Page;
use types::webhooks::Webhook;

use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::{ListParams, Paging, page_of};
use crate::http::api_v1::problem::{Problem, Stop};

/// List the unit's webhooks
///
/// With their health: since when one fails, how many events wait, how many were given up.
#[utoipa::path(
    get, path = "/webhooks", tag = "webhooks", params(ListParams), security(("oauth" = ["webhooks:read"])),
    responses((status = 200, body = Page<Webhook>), (status = "4XX", body = Problem))
)]
pub async fn list(by: By<ReadWebhooks>, Paging(query): Paging) -> Result<Json<Page<Webhook>>, Stop> {
    let mut tx = by.begin().await?;
    let webhooks = domain::webhooks::list(&mut tx, &by).await?;
    Ok(Json(page_of(&query, webhooks, |webhook| webhook.id.uuid())?))
}
