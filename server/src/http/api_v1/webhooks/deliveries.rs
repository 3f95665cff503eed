//! `/webhooks/{id}/deliveries`

use axum::Json;
use domain::access::ReadWebhooks;
use types::webhooks::{WebhookDelivery, WebhookDeliveryDetail};
use types::{Code, Page, WebhookEventId, WebhookId};

use crate::http::api_v1::caller::{At, AtBoth, By};
use crate::http::api_v1::paging::{ListParams, Paging, UnitParam};
use crate::http::api_v1::problem::{Problem, Stop};

/// List a webhook's events
///
/// The last first, for as long as they are kept: 30 days once they are delivered, 90 once they are given up. Filters: `state` (`pending`,
/// `delivered`, `dead`), `type`, `message` (a message's id).
#[utoipa::path(
    get, path = "/webhooks/{id}/deliveries", tag = "webhooks", params(("id" = WebhookId, Path), ListParams),
    security(("oauth" = ["webhooks:read"])),
    responses((status = 200, body = Page<WebhookDelivery>), (status = "4XX", body = Problem))
)]
pub async fn list(
    by: By<ReadWebhooks>,
    At(id): At<WebhookId>,
    Paging(query): Paging,
) -> Result<Json<Page<WebhookDelivery>>, Stop> {
    let mut tx = by.begin().await?;
    Ok(Json(
        domain::webhooks::list_deliveries(&mut tx, &by, id, &query).await?,
    ))
}

/// One event, with what is posted and what came back
#[utoipa::path(
    get, path = "/webhooks/{id}/deliveries/{event}", tag = "webhooks",
    params(("id" = WebhookId, Path), ("event" = WebhookEventId, Path), UnitParam), security(("oauth" = ["webhooks:read"])),
    responses((status = 200, body = WebhookDeliveryDetail), (status = "4XX", body = Problem))
)]
pub async fn get(
    by: By<ReadWebhooks>,
    AtBoth(id, event): AtBoth<WebhookId, WebhookEventId>,
) -> Result<Json<WebhookDeliveryDetail>, Stop> {
    let mut tx = by.begin().await?;
    let found = domain::webhooks::delivery(&mut tx, &by, id, event).await?;
    found.map(Json).ok_or_else(|| Code::NotFound.into())
}
