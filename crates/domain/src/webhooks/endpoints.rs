//! Endpoints, as their unit's admins manage them.

use super::{capture, secret};
use crate::access::{ManageWebhooks, ReadWebhooks};
use crate::audit::{self, Object};
use crate::error::Fields;
use crate::sending::Outside;
use crate::{Error, Granted, Result, Tx, ts};
use jiff::SignedDuration;
use serde_json::json;
use types::webhooks::{EndpointState, EventType, Webhook, WebhookInput, WebhookSecret};
use types::{Code, UnitId, WebhookId};

/// How long the secret before a change signs too.
const OVERLAP: SignedDuration = SignedDuration::from_hours(24);
/// Endpoints that a unit may have: every event is written once for each.
const MOST: i64 = 20;

struct Row {
    id: WebhookId,
    unit_id: UnitId,
    url: String,
    description: String,
    event_types: Vec<String>,
    state: String,
    disabled_for: Option<String>,
    previous_until: Option<jiff_sqlx::Timestamp>,
    failing_since: Option<jiff_sqlx::Timestamp>,
    retry_at: Option<jiff_sqlx::Timestamp>,
    last_success_at: Option<jiff_sqlx::Timestamp>,
    waiting: i64,
    dead: i64,
    created_at: jiff_sqlx::Timestamp,
    edit_version: i32,
}

impl Row {
    fn webhook(self, now: jiff::Timestamp) -> Result<Webhook> {
        let unknown = |_| Error::broken("an endpoint's state or events");
        let time = |at: Option<jiff_sqlx::Timestamp>| at.map(jiff_sqlx::Timestamp::to_jiff);
        Ok(Webhook {
            id: self.id,
            unit_id: self.unit_id,
            url: self.url,
            description: self.description,
            event_types: self
                .event_types
                .iter()
                .map(|it| it.parse().map_err(unknown))
                .collect::<Result<_>>()?,
            state: self.state.parse().map_err(unknown)?,
            disabled_for: self
                .disabled_for
                .map(|it| it.parse().map_err(unknown))
                .transpose()?,
            previous_secret_until: time(self.previous_until).filter(|until| *until > now),
            failing_since: time(self.failing_since),
            retry_at: time(self.retry_at),
            last_success_at: time(self.last_success_at),
            waiting: self.waiting,
            dead: self.dead,
            created_at: self.created_at.to_jiff(),
            edit_version: self.edit_version,
        })
    }
}

async fn rows(tx: &mut Tx, unit: UnitId, one: Option<WebhookId>) -> Result<Vec<Webhook>> {
    let now = tx.now();
    let rows = sqlx::query_as!(
        Row,
        r#"select e.id as "id: WebhookId", e.unit_id as "unit_id: UnitId", e.url, e.description, e.event_types, e.state, e.disabled_for,
                  e.previous_until, e.failing_since, e.retry_at, e.last_success_at, e.created_at, e.edit_version,
                  (select count(*) from (select from webhook_deliveries d where d.endpoint_id = e.id and d.state = 'pending' limit 10000) w) as "waiting!",
                  (select count(*) from (select from webhook_deliveries d where d.endpoint_id = e.id and d.state = 'dead' limit 10000) w) as "dead!"
           from webhook_endpoints e
           where e.unit_id = $1 and e.deleted_at is null and ($2::uuid is null or e.id = $2) order by e.created_at, e.id"#,
        unit.uuid(),
        one.map(WebhookId::uuid)
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(|row| row.webhook(now)).collect()
}

/// The unit's endpoints, the oldest first. There are few, so there are no pages.
///
/// # Errors
/// When the database cannot be asked.
pub async fn list(tx: &mut Tx, by: &Granted<ReadWebhooks>) -> Result<Vec<Webhook>> {
    rows(tx, by.unit(), None).await
}

/// One of the unit's endpoints.
///
/// # Errors
/// When the database cannot be asked.
pub async fn get(tx: &mut Tx, by: &Granted<ReadWebhooks>, id: WebhookId) -> Result<Option<Webhook>> {
    Ok(rows(tx, by.unit(), Some(id)).await?.pop())
}

/// What an admin filled in, checked and tidied.
struct Checked {
    url: String,
    description: String,
    event_types: Vec<String>,
    state: EndpointState,
}

fn check(outside: &dyn Outside, input: &WebhookInput) -> Result<Checked> {
    let mut fields = Fields::new();
    let url = fields.text("url", &input.url, 2000);
    let url = if url.is_empty() {
        url
    } else {
        outside.webhook_url(&url).unwrap_or_else(|code| {
            fields.add("url", code);
            String::new()
        })
    };
    let description = fields.optional_text("description", &input.description, 200);
    if input.event_types.contains(&EventType::Test) {
        fields.add("event_types", Code::UnknownReference);
    }
    fields.finish()?;
    let mut event_types: Vec<String> = input
        .event_types
        .iter()
        .map(|it| it.as_str().to_owned())
        .collect();
    event_types.sort();
    event_types.dedup();
    Ok(Checked {
        url,
        description,
        event_types,
        state: match input.paused {
            true => EndpointState::Paused,
            false => EndpointState::Active,
        },
    })
}

/// Adds an endpoint. Its secret is in this answer only.
///
/// # Errors
/// Field errors `url`, `description`, `event_types`; `OutOfRange` on `url` where the unit has as many as it may.
pub async fn create(
    tx: &mut Tx,
    by: &Granted<ManageWebhooks>,
    outside: &dyn Outside,
    input: &WebhookInput,
) -> Result<WebhookSecret> {
    let checked = check(outside, input)?;
    let present = sqlx::query_scalar!(
        r#"select count(*) as "n!" from webhook_endpoints where unit_id = $1 and deleted_at is null"#,
        by.unit().uuid()
    )
    .fetch_one(tx.conn())
    .await?;
    if present >= MOST {
        return Err(Error::field("url", Code::OutOfRange));
    }
    let id: WebhookId = tx.id();
    let (secret, sealed) = secret::make(tx, id)?;
    sqlx::query!(
        "insert into webhook_endpoints (id, unit_id, url, description, event_types, state, secret_sealed, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        id.uuid(),
        by.unit().uuid(),
        checked.url,
        checked.description,
        &checked.event_types,
        checked.state.as_str(),
        sealed,
        tx.now_sql() as _
    )
    .execute(tx.conn())
    .await?;
    log(tx, by, "webhook.created", id, &checked).await?;
    Ok(WebhookSecret { id, secret })
}

async fn log(
    tx: &mut Tx,
    by: &Granted<ManageWebhooks>,
    action: &str,
    id: WebhookId,
    checked: &Checked,
) -> Result<()> {
    // Only the host: an address may hold a token of the receiver's.
    let detail =
        json!({"host": host(&checked.url), "event_types": checked.event_types, "state": checked.state});
    audit::record(
        tx,
        by,
        action,
        Object::new("webhook", id.uuid(), host(&checked.url)),
        detail,
    )
    .await
}

/// Scheme, host and port of an address.
pub(super) fn host(url: &str) -> &str {
    let start = url.find("://").map_or(0, |at| at + 3);
    let end = url[start..].find('/').map_or(url.len(), |at| start + at);
    &url[..end]
}

/// One of the unit's endpoints, kept from being changed meanwhile: its address and whether it takes events. Nobody who records an event waits
/// for that (`no key`).
pub(super) async fn lock(
    tx: &mut Tx,
    by: &Granted<ManageWebhooks>,
    id: WebhookId,
) -> Result<(String, EndpointState, i32)> {
    let row = sqlx::query!(
        "select url, state, edit_version from webhook_endpoints where id = $1 and unit_id = $2 and deleted_at is null for no key update",
        id.uuid(),
        by.unit().uuid()
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(Error::not_found)?;
    let state = row.state.parse();
    Ok((
        row.url,
        state.map_err(|_| Error::broken("an endpoint's state"))?,
        row.edit_version,
    ))
}

/// Changes an endpoint and answers with its new edit version. One that was disabled takes events again, and everything that waits is tried
/// at once.
///
/// # Errors
/// As [`create`]; `EditConflict` where somebody changed it meanwhile; not found.
pub async fn update(
    tx: &mut Tx,
    by: &Granted<ManageWebhooks>,
    outside: &dyn Outside,
    id: WebhookId,
    input: &WebhookInput,
) -> Result<i32> {
    let (.., edit_version) = lock(tx, by, id).await?;
    if edit_version != input.edit_version {
        return Err(Error::code(Code::EditConflict));
    }
    let checked = check(outside, input)?;
    let version = sqlx::query_scalar!(
        "update webhook_endpoints set url = $2, description = $3, event_types = $4, state = $5, disabled_for = null, failures = 0,
             failing_since = null, retry_at = null, edit_version = edit_version + 1
         where id = $1 returning edit_version",
        id.uuid(),
        checked.url,
        checked.description,
        &checked.event_types,
        checked.state.as_str()
    )
    .fetch_one(tx.conn())
    .await?;
    sqlx::query!(
        "update webhook_deliveries set next_at = $2 where endpoint_id = $1 and state = 'pending' and next_at > $2",
        id.uuid(),
        tx.now_sql() as _
    )
    .execute(tx.conn())
    .await?;
    log(tx, by, "webhook.updated", id, &checked).await?;
    capture::wake(tx).await?;
    Ok(version)
}

/// Gives an endpoint a new secret. For a day both sign, so that nothing is refused while the receiver is told.
///
/// # Errors
/// Not found.
pub async fn rotate(tx: &mut Tx, by: &Granted<ManageWebhooks>, id: WebhookId) -> Result<WebhookSecret> {
    let (url, ..) = lock(tx, by, id).await?;
    let (secret, sealed) = secret::make(tx, id)?;
    sqlx::query!(
        "update webhook_endpoints set previous_sealed = secret_sealed, previous_until = $3, secret_sealed = $2 where id = $1",
        id.uuid(),
        sealed,
        ts(tx.now() + OVERLAP) as _
    )
    .execute(tx.conn())
    .await?;
    audit::record(
        tx,
        by,
        "webhook.secret_changed",
        Object::new("webhook", id.uuid(), host(&url)),
        json!({}),
    )
    .await?;
    Ok(WebhookSecret { id, secret })
}

/// Removes an endpoint. What waits for it is not sent any more; its rows are deleted later, in slices.
///
/// # Errors
/// Not found.
pub async fn remove(tx: &mut Tx, by: &Granted<ManageWebhooks>, id: WebhookId) -> Result<()> {
    let (url, ..) = lock(tx, by, id).await?;
    sqlx::query!(
        "update webhook_endpoints set deleted_at = $2, secret_sealed = '', previous_sealed = null, previous_until = null where id = $1",
        id.uuid(),
        tx.now_sql() as _
    )
    .execute(tx.conn())
    .await?;
    audit::record(
        tx,
        by,
        "webhook.removed",
        Object::new("webhook", id.uuid(), host(&url)),
        json!({}),
    )
    .await
}

#[cfg(test)]
mod tests {
    use super::host;

    #[test]
    fn the_log_gets_the_host_only() {
        for (url, it) in [
            (
                "https://shop.example.edu/hooks?token=secret",
                "https://shop.example.edu",
            ),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
            ("https://example.edu", "https://example.edu"),
        ] {
            assert_eq!(host(url), it);
        }
    }
}
