//! What the pages of webhooks ask of the server.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use types::webhooks::{
    Webhook, WebhookDelivery, WebhookDeliveryDetail, WebhookInput, WebhookSecret, WebhookTrial,
};
use types::{ApiError, Page, PageQuery, WebhookEventId, WebhookId};

/// The unit's webhooks. There are few: one page holds them all.
#[server(prefix = "/rpc", endpoint = "settings/webhooks", input = Json)]
pub async fn list_webhooks(unit: String) -> Result<Page<Webhook>, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadWebhooks>(&unit)?;
    let mut tx = cx.begin().await?;
    let items = domain::webhooks::list(&mut tx, &by).await.map_err(ctx::failed)?;
    Ok(Page {
        total: Some(items.len() as u64),
        items,
        next: None,
        estimated: false,
    })
}

/// One of the unit's webhooks.
#[server(prefix = "/rpc", endpoint = "settings/webhooks/get", input = Json)]
pub async fn get_webhook(unit: String, id: WebhookId) -> Result<Webhook, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadWebhooks>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::webhooks::get(&mut tx, &by, id)
        .await
        .map_err(ctx::failed)?
        .ok_or(ApiError::new(types::Code::NotFound))
}

/// Adds a webhook. The secret is in this answer only.
#[server(prefix = "/rpc", endpoint = "settings/webhooks/create", input = Json)]
pub async fn create_webhook(unit: String, input: WebhookInput) -> Result<WebhookSecret, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let outside = ctx::outside()?;
    let by = cx.grant::<domain::access::ManageWebhooks>(&unit)?;
    let mut tx = cx.begin().await?;
    let made = domain::webhooks::create(&mut tx, &by, outside.as_ref(), &input)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map(|()| made).map_err(ctx::failed)
}

/// Changes a webhook.
#[server(prefix = "/rpc", endpoint = "settings/webhooks/update", input = Json)]
pub async fn update_webhook(unit: String, id: WebhookId, input: WebhookInput) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let outside = ctx::outside()?;
    let by = cx.grant::<domain::access::ManageWebhooks>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::webhooks::update(&mut tx, &by, outside.as_ref(), id, &input)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)
}

/// Gives a webhook a new secret; for a day both sign.
#[server(prefix = "/rpc", endpoint = "settings/webhooks/rotate", input = Json)]
pub async fn rotate_webhook(unit: String, id: WebhookId) -> Result<WebhookSecret, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageWebhooks>(&unit)?;
    let mut tx = cx.begin().await?;
    let made = domain::webhooks::rotate(&mut tx, &by, id)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map(|()| made).map_err(ctx::failed)
}

/// Removes a webhook.
#[server(prefix = "/rpc", endpoint = "settings/webhooks/remove", input = Json)]
pub async fn remove_webhook(unit: String, id: WebhookId) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageWebhooks>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::webhooks::remove(&mut tx, &by, id)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)
}

/// Posts a test and waits for the answer.
#[server(prefix = "/rpc", endpoint = "settings/webhooks/test", input = Json)]
pub async fn test_webhook(unit: String, id: WebhookId) -> Result<WebhookTrial, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let outside = ctx::outside()?;
    let by = cx.grant::<domain::access::ManageWebhooks>(&unit)?;
    domain::webhooks::trial(&cx.domain, &by, outside.as_ref(), id)
        .await
        .map_err(ctx::failed)
}

/// Events of a webhook, the last first.
#[server(prefix = "/rpc", endpoint = "settings/webhooks/deliveries", input = Json)]
pub async fn webhook_deliveries(
    unit: String,
    id: WebhookId,
    query: PageQuery,
) -> Result<Page<WebhookDelivery>, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadWebhooks>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::webhooks::list_deliveries(&mut tx, &by, id, &query)
        .await
        .map_err(ctx::failed)
}

/// One event, with what is posted and what came back.
#[server(prefix = "/rpc", endpoint = "settings/webhooks/delivery", input = Json)]
pub async fn look_at_event(
    unit: String,
    id: WebhookId,
    event: WebhookEventId,
) -> Result<WebhookDeliveryDetail, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadWebhooks>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::webhooks::delivery(&mut tx, &by, id, event)
        .await
        .map_err(ctx::failed)?
        .ok_or(ApiError::new(types::Code::NotFound))
}

/// Posts one event again.
#[server(prefix = "/rpc", endpoint = "settings/webhooks/replay", input = Json)]
pub async fn replay_event(unit: String, id: WebhookId, event: WebhookEventId) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageWebhooks>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::webhooks::replay(&mut tx, &by, id, event)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)
}

/// Posts all events again that were given up, and happened on a day (UTC) or later. How many there are.
#[server(prefix = "/rpc", endpoint = "settings/webhooks/replay-all", input = Json)]
pub async fn replay_all(unit: String, id: WebhookId, since: String) -> Result<i64, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageWebhooks>(&unit)?;
    let since = since_day(&since)?;
    let mut tx = cx.begin().await?;
    let events = domain::webhooks::replay_dead(&mut tx, &by, id, since)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map(|()| events).map_err(ctx::failed)
}

/// The beginning of a day as a date field writes it; none for an empty one.
#[cfg(feature = "ssr")]
fn since_day(day: &str) -> Result<Option<jiff::Timestamp>, ApiError> {
    match day.trim() {
        "" => Ok(None),
        day => format!("{day}T00:00:00Z")
            .parse()
            .map(Some)
            .map_err(|_| ApiError::invalid(vec![types::FieldError::new("since", types::Code::BadFormat)])),
    }
}
