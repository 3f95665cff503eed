//! Trying an endpoint: one event of its own, posted at once, and its answer shown.

use super::endpoints::host;
use super::payload::Source;
use super::secret::{Posted, Secrets};
use super::{ANSWER, cut};
use crate::access::ManageWebhooks;
use crate::audit::{self, Object};
use crate::sending::Outside;
use crate::{Domain, Error, Granted, Result, ts};
use serde_json::json;
use types::webhooks::{EventType, WebhookTrial};
use types::{WebhookEventId, WebhookId};

/// Posts a `webhook.test`, also to an endpoint that is paused or disabled. It is not tried again, and is kept among the deliveries.
/// No transaction is open while the endpoint is waited for.
///
/// # Errors
/// Not found where the unit has no such endpoint.
pub async fn trial(
    domain: &Domain,
    by: &Granted<ManageWebhooks>,
    outside: &dyn Outside,
    id: WebhookId,
) -> Result<WebhookTrial> {
    let mut tx = domain.begin().await?;
    let row = sqlx::query!(
        "select url, description, secret_sealed, case when previous_until > $3 then previous_sealed end as previous
         from webhook_endpoints where id = $1 and unit_id = $2 and deleted_at is null",
        id.uuid(),
        by.unit().uuid(),
        tx.now_sql() as _
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(Error::not_found)?;
    let event: WebhookEventId = tx.id();
    let now = tx.now();
    tx.commit().await?;
    let sealed = std::iter::once(row.secret_sealed.as_slice()).chain(row.previous.as_deref());
    let secrets = Secrets::open(domain.keys(), id, sealed)?;
    let source = Source {
        endpoint: id,
        description: row.description,
        kind: EventType::Test.as_str().to_owned(),
        at: now,
        detail: String::new(),
        verdict: None,
        message: None,
    };
    let call = secrets.call(&row.url, event, &source.payload()?, now)?;
    let posted = outside.post(call).await;
    keep(domain, by, id, event, &row.url, &posted).await
}

async fn keep(
    domain: &Domain,
    by: &Granted<ManageWebhooks>,
    id: WebhookId,
    event: WebhookEventId,
    url: &str,
    posted: &Posted,
) -> Result<WebhookTrial> {
    let mut tx = domain.begin().await?;
    let at = tx.now();
    let trial = told(posted)?;
    sqlx::query!(
        "insert into webhook_deliveries (endpoint_id, event_id, kind, at, state, attempts, queued_at, next_at, attempted_at, status, answer,
             duration_ms, finished_at)
         select e.id, $2, $3, $4, $5, 1, $4, $4, $4, $6, $7, $8, $4 from webhook_endpoints e where e.id = $1 and e.deleted_at is null",
        id.uuid(),
        event.uuid(),
        EventType::Test.as_str(),
        ts(at) as _,
        if trial.delivered { "delivered" } else { "dead" },
        trial.status,
        trial.answer,
        trial.duration_ms
    )
    .execute(tx.conn())
    .await?;
    audit::record(
        &mut tx,
        by,
        "webhook.tested",
        Object::new("webhook", id.uuid(), host(url)),
        json!({"delivered": trial.delivered, "status": trial.status}),
    )
    .await?;
    tx.commit().await?;
    Ok(trial)
}

fn told(posted: &Posted) -> Result<WebhookTrial> {
    let status = posted.status.map(i16::try_from).transpose();
    Ok(WebhookTrial {
        delivered: posted.is_delivered(),
        status: status.map_err(|_| Error::broken("a status that is none"))?,
        answer: cut(&posted.answer, ANSWER),
        duration_ms: i32::try_from(posted.took.as_millis()).unwrap_or(i32::MAX),
    })
}
