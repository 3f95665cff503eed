//! What became of each event, and posting it again.

use super::capture;
use super::endpoints::{self, lock};
use super::payload::{MessageSource, Source};
use crate::access::{ManageWebhooks, ReadWebhooks};
use crate::audit::{self, Object};
use crate::{Error, Granted, Result, Tx, cursor, ts};
use jiff::Timestamp;
use serde_json::{Value, json};
use types::webhooks::{DeliveryState, EndpointState, EventType, WebhookDelivery, WebhookDeliveryDetail};
use types::{Code, MessageId, Page, PageQuery, WebhookEventId, WebhookId};
use uuid::Uuid;

struct Row {
    event_id: WebhookEventId,
    seq: i64,
    kind: String,
    message_id: Option<MessageId>,
    at: jiff_sqlx::Timestamp,
    state: String,
    attempts: i32,
    next_at: jiff_sqlx::Timestamp,
    attempted_at: Option<jiff_sqlx::Timestamp>,
    status: Option<i16>,
    duration_ms: Option<i32>,
}

impl Row {
    fn delivery(self) -> Result<WebhookDelivery> {
        let unknown = |_| Error::broken("a delivery's kind or state");
        let state: DeliveryState = self.state.parse().map_err(unknown)?;
        Ok(WebhookDelivery {
            id: self.event_id,
            kind: self.kind.parse().map_err(unknown)?,
            message_id: self.message_id,
            at: self.at.to_jiff(),
            state,
            attempts: self.attempts,
            next_at: (state == DeliveryState::Pending).then(|| self.next_at.to_jiff()),
            attempted_at: self.attempted_at.map(jiff_sqlx::Timestamp::to_jiff),
            status: self.status,
            duration_ms: self.duration_ms,
        })
    }
}

async fn there(tx: &mut Tx, by: &Granted<ReadWebhooks>, id: WebhookId) -> Result<()> {
    let found = endpoints::get(tx, by, id).await?;
    found.map(drop).ok_or_else(Error::not_found)
}

/// Events of one of the unit's endpoints, the last first. Filters: `state`, `type`, `message` (an id).
///
/// # Errors
/// Not found where the unit has no such endpoint; a filter or a cursor that is none.
pub async fn list_deliveries(
    tx: &mut Tx,
    by: &Granted<ReadWebhooks>,
    id: WebhookId,
    query: &PageQuery,
) -> Result<Page<WebhookDelivery>> {
    there(tx, by, id).await?;
    let after: Option<i64> = cursor::decode(query.after.as_deref())?;
    let wanted = |name: &str| query.filters.get(name).filter(|it| !it.is_empty());
    let bad = |name: &str| Error::field(name, Code::BadFormat);
    let state = wanted("state").map(|it| it.parse::<DeliveryState>().map_err(|_| bad("state")));
    let kind = wanted("type").map(|it| it.parse::<EventType>().map_err(|_| bad("type")));
    let message = wanted("message").map(|it| it.parse::<MessageId>().map_err(|_| bad("message")));
    let limit = query.limit();
    let rows = sqlx::query_as!(
        Row,
        r#"select event_id as "event_id: WebhookEventId", seq, kind, message_id as "message_id: MessageId", at, state, attempts, next_at,
                  attempted_at, status, duration_ms
           from webhook_deliveries
           where endpoint_id = $1 and ($2::text is null or state = $2) and ($3::text is null or kind = $3)
             and ($4::uuid is null or message_id = $4) and ($5::bigint is null or seq < $5)
           order by seq desc limit $6"#,
        id.uuid(),
        state.transpose()?.map(DeliveryState::as_str),
        kind.transpose()?.map(EventType::as_str),
        message.transpose()?.map(MessageId::uuid),
        after,
        limit + 1
    )
    .fetch_all(tx.conn())
    .await?;
    let page = Page::from_rows(rows, limit, |row| cursor::encode(&row.seq));
    Ok(Page {
        items: page.items.into_iter().map(Row::delivery).collect::<Result<_>>()?,
        next: page.next,
        total: None,
        estimated: false,
    })
}

/// One event with what is posted and what came back.
///
/// # Errors
/// When the database cannot be asked.
pub async fn delivery(
    tx: &mut Tx,
    by: &Granted<ReadWebhooks>,
    id: WebhookId,
    event: WebhookEventId,
) -> Result<Option<WebhookDeliveryDetail>> {
    let row = sqlx::query!(
        r#"select d.event_id as "event_id: WebhookEventId", d.seq, d.kind, d.at, d.detail, d.verdict, d.state, d.attempts, d.next_at,
                  d.attempted_at, d.status, d.duration_ms, d.answer, e.description, m.id as "message?: MessageId", m.key as "key?",
                  c.key as "definition?", r.number as "version?", m.address as "address?", u.key as "contact_key?", m.metadata as "metadata?"
           from webhook_deliveries d join webhook_endpoints e on e.id = d.endpoint_id
               left join messages m on m.id = d.message_id
               left join campaigns c on c.id = m.definition_id
               left join campaign_revisions r on r.id = m.revision_id
               left join contact_units u on u.unit_id = m.unit_id and u.contact_id = m.contact_id
           where d.endpoint_id = $1 and d.event_id = $2 and e.unit_id = $3 and e.deleted_at is null"#,
        id.uuid(),
        event.uuid(),
        by.unit().uuid()
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let source = Source {
        endpoint: id,
        description: row.description,
        kind: row.kind.clone(),
        at: row.at.to_jiff(),
        detail: row.detail,
        verdict: row.verdict,
        message: row.message.map(|id| MessageSource {
            id,
            key: row.key.unwrap_or_default(),
            definition: row.definition.unwrap_or_default(),
            version: row.version.unwrap_or_default(),
            address: row.address.unwrap_or_default(),
            contact_key: row.contact_key,
            metadata: row.metadata.unwrap_or(Value::Null),
        }),
    };
    let line = Row {
        event_id: row.event_id,
        seq: row.seq,
        kind: row.kind,
        message_id: row.message,
        at: row.at,
        state: row.state,
        attempts: row.attempts,
        next_at: row.next_at,
        attempted_at: row.attempted_at,
        status: row.status,
        duration_ms: row.duration_ms,
    };
    Ok(Some(WebhookDeliveryDetail {
        delivery: line.delivery()?,
        payload: source.payload()?,
        answer: row.answer,
    }))
}

/// An endpoint that takes events, by its address.
async fn taking(tx: &mut Tx, by: &Granted<ManageWebhooks>, id: WebhookId) -> Result<String> {
    let (url, state, _) = lock(tx, by, id).await?;
    match state {
        EndpointState::Disabled => Err(Error::wrong_state(state.as_str())),
        EndpointState::Active | EndpointState::Paused => Ok(url),
    }
}

/// Posts an event again, under the same `webhook-id`: one that was given up, or one that was taken and whose receiver lost it.
///
/// # Errors
/// Not found; `WrongState` while it waits anyway (`pending`), or where the endpoint is `disabled`.
pub async fn replay(
    tx: &mut Tx,
    by: &Granted<ManageWebhooks>,
    id: WebhookId,
    event: WebhookEventId,
) -> Result<()> {
    let url = taking(tx, by, id).await?;
    let state = sqlx::query_scalar!(
        "select state from webhook_deliveries where endpoint_id = $1 and event_id = $2",
        id.uuid(),
        event.uuid()
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(Error::not_found)?;
    if again(tx, id, Some(event), None).await? == 0 {
        return Err(Error::wrong_state(&state));
    }
    told(tx, by, id, &url, 1).await
}

/// Posts all events again that were given up, and happened since a time. How many there are.
///
/// # Errors
/// Not found; `WrongState` where the endpoint is disabled.
pub async fn replay_dead(
    tx: &mut Tx,
    by: &Granted<ManageWebhooks>,
    id: WebhookId,
    since: Option<Timestamp>,
) -> Result<i64> {
    let url = taking(tx, by, id).await?;
    let events = i64::try_from(again(tx, id, None, since).await?).unwrap_or(i64::MAX);
    if events > 0 {
        told(tx, by, id, &url, events).await?;
    }
    Ok(events)
}

async fn again(
    tx: &mut Tx,
    id: WebhookId,
    event: Option<WebhookEventId>,
    since: Option<Timestamp>,
) -> Result<u64> {
    let done = sqlx::query!(
        "update webhook_deliveries set state = 'pending', failures = 0, queued_at = $4, next_at = $4, finished_at = null
         where endpoint_id = $1 and ($2::uuid is null or event_id = $2) and ($3::timestamptz is null or at >= $3)
           and (state = 'dead' or (state = 'delivered' and event_id = $2))",
        id.uuid(),
        event.map(WebhookEventId::uuid) as Option<Uuid>,
        since.map(ts) as Option<jiff_sqlx::Timestamp>,
        tx.now_sql() as _
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}

async fn told(
    tx: &mut Tx,
    by: &Granted<ManageWebhooks>,
    id: WebhookId,
    url: &str,
    events: i64,
) -> Result<()> {
    audit::record(
        tx,
        by,
        "webhook.replayed",
        Object::new("webhook", id.uuid(), endpoints::host(url)),
        json!({ "events": events }),
    )
    .await?;
    capture::wake(tx).await
}
