//! Posting, as the processes that do it see it. An endpoint is leased to one process at a time; that process keeps several events on
//! their way to it, never two of one message.

use super::circuit::{Circuit, retry_at};
use super::payload::{MessageSource, Source};
use super::secret::{Call, Posted, Secrets};
use super::upkeep::give_turn;
use super::{ANSWER, cut, stopped};
use crate::{Domain, Error, Result, Tx, ts};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use types::webhooks::{DisabledFor, Payload};
use types::{MessageId, UnitId, WebhookEventId, WebhookId};
use uuid::Uuid;

/// An endpoint in one process's hands.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// Which.
    pub id: WebhookId,
    /// It did not answer lately: one event at a time tries whether it is back.
    pub is_trial: bool,
    url: String,
    secrets: Secrets,
}

/// An event on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InHand {
    /// Which: the `webhook-id`.
    pub event: WebhookEventId,
    /// Of which message; none: a test that is replayed.
    pub message: Option<MessageId>,
}

/// An event whose turn it is.
#[derive(Clone)]
pub struct Due {
    /// Which.
    pub what: InHand,
    payload: Payload,
}

/// Payloads hold addresses: they are not printed (law 10).
impl std::fmt::Debug for Due {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Due({})", self.what.event)
    }
}

impl Claimed {
    /// An attempt to post an event, made at `now`.
    ///
    /// # Errors
    /// When the payload cannot be written.
    pub fn call(&self, due: &Due, now: Timestamp) -> Result<Call> {
        self.secrets.call(&self.url, due.what.event, &due.payload, now)
    }

    /// Where its events go.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// What came of an attempt.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Which event.
    pub event: WebhookEventId,
    /// When it was made.
    pub at: Timestamp,
    /// What came back.
    pub posted: Posted,
}

impl Attempt {
    /// When it ended.
    fn ended(&self) -> Timestamp {
        SignedDuration::try_from(self.posted.took).map_or(self.at, |took| self.at + took)
    }
}

/// What an endpoint's worker does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It answers: go on, with several at once.
    Open,
    /// It does not, or is disabled: give it back.
    Broken,
    /// Somebody else has it by now: stop.
    Lost,
}

/// Leases at most `most` endpoints that have something to be posted now. `worker` is any id of the process.
///
/// # Errors
/// When the database cannot be asked, or a secret does not open.
pub async fn claim(domain: &Domain, worker: Uuid, lease: SignedDuration, most: i64) -> Result<Vec<Claimed>> {
    let now = domain.now();
    let rows = sqlx::query!(
        r#"update webhook_endpoints e set leased_by = $1, leased_until = clock_timestamp() + make_interval(secs => $2)
           where e.id in (
               select x.id from webhook_endpoints x
               where x.state = 'active' and x.deleted_at is null and (x.leased_until is null or x.leased_until < clock_timestamp())
                 and ((x.retry_at is null and exists (
                         select from webhook_deliveries d where d.endpoint_id = x.id and d.state = 'pending' and d.next_at <= $3))
                     or (x.retry_at <= $3 and exists (
                         select from webhook_deliveries d where d.endpoint_id = x.id and d.state = 'pending')))
               order by x.leased_until nulls first limit $4 for update skip locked)
           returning e.id as "id: WebhookId", e.url, e.secret_sealed, case when e.previous_until > $3 then e.previous_sealed end as previous,
               e.retry_at is not null as "is_trial!""#,
        worker,
        lease.as_secs_f64(),
        ts(now) as _,
        most
    )
    .fetch_all(domain.pool())
    .await?;
    let mut claimed = Vec::with_capacity(rows.len());
    for row in rows {
        let sealed = std::iter::once(row.secret_sealed.as_slice()).chain(row.previous.as_deref());
        match Secrets::open(domain.keys(), row.id, sealed) {
            Ok(secrets) => claimed.push(Claimed {
                id: row.id,
                is_trial: row.is_trial,
                url: row.url,
                secrets,
            }),
            // The others still work. Its lease ends and it is said again.
            Err(error) => {
                tracing::error!(webhook = %row.id, %error, "the secret of a webhook cannot be used");
            }
        }
    }
    Ok(claimed)
}

/// Keeps a lease alive. False: somebody else has the endpoint by now, or it takes no events any more.
///
/// # Errors
/// When the database cannot be asked.
pub async fn extend(domain: &Domain, worker: Uuid, id: WebhookId, lease: SignedDuration) -> Result<bool> {
    let done = sqlx::query!(
        "update webhook_endpoints set leased_until = clock_timestamp() + make_interval(secs => $3)
         where id = $1 and leased_by = $2 and state = 'active' and deleted_at is null",
        id.uuid(),
        worker,
        lease.as_secs_f64()
    )
    .execute(domain.pool())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Gives an endpoint back.
///
/// # Errors
/// When the database cannot be asked.
pub async fn release(domain: &Domain, worker: Uuid, id: WebhookId) -> Result<()> {
    sqlx::query!(
        "update webhook_endpoints set leased_by = null, leased_until = null where id = $1 and leased_by = $2",
        id.uuid(),
        worker
    )
    .execute(domain.pool())
    .await?;
    Ok(())
}

/// The events of an endpoint whose turn it is, in their order: of each message the first that waits, and nothing of the messages in `busy`.
/// Trying whether it is back it is one, whenever it would be its turn: that which was tried longest ago, so that one that the receiver
/// cannot take does not stand for all.
///
/// # Errors
/// When the database cannot be asked, or a payload cannot be made.
pub async fn due(domain: &Domain, claimed: &Claimed, busy: &[InHand], most: i64) -> Result<Vec<Due>> {
    let messages: Vec<Uuid> = busy
        .iter()
        .filter_map(|it| it.message.map(MessageId::uuid))
        .collect();
    let events: Vec<Uuid> = busy.iter().map(|it| it.event.uuid()).collect();
    let rows = sqlx::query!(
        r#"select d.event_id as "event: WebhookEventId", d.kind, d.at, d.detail, d.verdict, e.description, m.id as "message?: MessageId",
                  m.key as "key?", c.key as "definition?", r.number as "version?", m.address as "address?", u.key as "contact_key?",
                  m.metadata as "metadata?"
           from (
               select * from (
                   select w.* from webhook_deliveries w
                   where w.endpoint_id = $1 and w.state = 'pending' and ($5 or w.next_at <= $2)
                     and (w.message_id is null or w.message_id <> all ($3)) and w.event_id <> all ($6)
                     and not exists (
                         select from webhook_deliveries b
                         where b.endpoint_id = $1 and b.message_id = w.message_id and b.state = 'pending' and b.seq < w.seq)
                   order by w.seq limit case when $5 then 200::bigint else $4::bigint end
               ) h order by case when $5 then h.attempted_at end nulls first, h.seq limit $4::bigint
           ) d join webhook_endpoints e on e.id = d.endpoint_id
               left join messages m on m.id = d.message_id
               left join campaigns c on c.id = m.definition_id
               left join campaign_revisions r on r.id = m.revision_id
               left join contact_units u on u.unit_id = m.unit_id and u.contact_id = m.contact_id
           order by d.seq"#,
        claimed.id.uuid(),
        ts(domain.now()) as _,
        &messages,
        if claimed.is_trial { 1 } else { most },
        claimed.is_trial,
        &events
    )
    .fetch_all(domain.pool())
    .await?;
    rows.into_iter()
        .map(|row| {
            let message = row.message.map(|id| MessageSource {
                id,
                key: row.key.unwrap_or_default(),
                definition: row.definition.unwrap_or_default(),
                version: row.version.unwrap_or_default(),
                address: row.address.unwrap_or_default(),
                contact_key: row.contact_key,
                metadata: row.metadata.unwrap_or(Value::Null),
            });
            let source = Source {
                endpoint: claimed.id,
                description: row.description,
                kind: row.kind,
                at: row.at.to_jiff(),
                detail: row.detail,
                verdict: row.verdict,
                message,
            };
            Ok(Due {
                what: InHand {
                    event: row.event,
                    message: row.message,
                },
                payload: source.payload()?,
            })
        })
        .collect()
}

/// Events that are due behind an earlier one of their message that is not get its time: nobody needs to look at them before.
///
/// # Errors
/// When the database cannot be asked.
pub async fn hold_back(domain: &Domain, id: WebhookId) -> Result<()> {
    sqlx::query!(
        "update webhook_deliveries d set next_at = b.next_at
         from (select message_id, min(seq) as seq, max(next_at) as next_at from webhook_deliveries
               where endpoint_id = $1 and state = 'pending' and next_at > $2 group by message_id) b
         where d.endpoint_id = $1 and d.state = 'pending' and d.next_at <= $2 and d.message_id = b.message_id and d.seq > b.seq",
        id.uuid(),
        ts(domain.now()) as _
    )
    .execute(domain.pool())
    .await?;
    Ok(())
}

struct Standing {
    unit: UnitId,
    url: String,
    circuit: Circuit,
}

/// Writes what came of attempts, in the order in which they ended, and says how the endpoint does.
///
/// # Errors
/// When the database cannot be asked: then nothing was written, and the same call can be made again.
pub async fn settle(domain: &Domain, worker: Uuid, id: WebhookId, attempts: &[Attempt]) -> Result<Settled> {
    let mut tx = domain.begin().await?;
    let Some(standing) = standing(&mut tx, worker, id).await? else {
        // Whoever has it now would post again what was taken.
        let taken: Vec<Attempt> = attempts
            .iter()
            .filter(|it| it.posted.is_delivered())
            .cloned()
            .collect();
        write(&mut tx, id, &taken, false).await?;
        tx.commit().await?;
        return Ok(Settled::Lost);
    };
    let before = standing.circuit;
    let mut circuit = before;
    for attempt in attempts {
        let jitter = jitter(&tx);
        circuit = circuit.after(&attempt.posted, attempt.ended(), jitter);
    }
    write(&mut tx, id, attempts, !before.is_open()).await?;
    let succeeded = attempts
        .iter()
        .filter(|it| it.posted.is_delivered())
        .map(|it| it.at)
        .max();
    sqlx::query!(
        "update webhook_endpoints set failures = $2, failing_since = $3, retry_at = $4, last_success_at = coalesce($5, last_success_at)
         where id = $1",
        id.uuid(),
        circuit.failures,
        circuit.failing_since.map(ts) as Option<jiff_sqlx::Timestamp>,
        circuit.retry_at.map(ts) as Option<jiff_sqlx::Timestamp>,
        succeeded.map(ts) as Option<jiff_sqlx::Timestamp>
    )
    .execute(tx.conn())
    .await?;
    if before.is_open() && !circuit.is_open() {
        // It is back: everything that waits goes at once.
        sqlx::query!(
            "update webhook_deliveries set next_at = $2 where endpoint_id = $1 and state = 'pending' and next_at > $2",
            id.uuid(),
            tx.now_sql() as _
        )
        .execute(tx.conn())
        .await?;
    }
    if let Some(reason) = circuit.disabled {
        disable(&mut tx, &standing, id, reason).await?;
    }
    tx.commit().await?;
    Ok(match circuit.is_open() || circuit.disabled.is_some() {
        true => Settled::Broken,
        false => Settled::Open,
    })
}

async fn standing(tx: &mut Tx, worker: Uuid, id: WebhookId) -> Result<Option<Standing>> {
    let row = sqlx::query!(
        r#"select unit_id as "unit: UnitId", url, failures, failing_since, retry_at from webhook_endpoints
           where id = $1 and leased_by = $2 and state = 'active' and deleted_at is null for no key update"#,
        id.uuid(),
        worker
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| Standing {
        unit: row.unit,
        url: row.url,
        circuit: Circuit {
            failures: row.failures,
            failing_since: row.failing_since.map(jiff_sqlx::Timestamp::to_jiff),
            retry_at: row.retry_at.map(jiff_sqlx::Timestamp::to_jiff),
            disabled: None,
        },
    }))
}

/// Between 0 and 1.
fn jitter(tx: &Tx) -> f64 {
    f64::from(tx.random::<1>()[0]) / 255.0
}

/// `counts`: whether failures count for the schedule of retries. Those that only tried whether the endpoint is back do not.
async fn write(tx: &mut Tx, id: WebhookId, attempts: &[Attempt], counts: bool) -> Result<()> {
    if attempts.is_empty() {
        return Ok(());
    }
    let events: Vec<Uuid> = attempts.iter().map(|it| it.event.uuid()).collect();
    let failed = failures(tx, id, &events).await?;
    let mut columns = Columns::default();
    for attempt in attempts {
        let failures = failed
            .iter()
            .find(|(event, _)| *event == attempt.event.uuid())
            .map_or(0, |it| it.1);
        let failures = failures + i32::from(counts && !attempt.posted.is_delivered());
        let next = match (attempt.posted.is_delivered(), counts) {
            (true, _) => None,
            (false, true) => retry_at(attempt.ended(), failures, jitter(tx)),
            (false, false) => Some(attempt.ended()),
        };
        columns.push(attempt, failures, next)?;
    }
    let given_up = sqlx::query!(
        r#"update webhook_deliveries d set attempts = d.attempts + 1, failures = a.failures, attempted_at = a.at, status = a.status,
               answer = a.answer, duration_ms = a.took, state = a.state, next_at = coalesce(a.next_at, d.next_at),
               finished_at = case when a.state <> 'pending' then a.at end
           from unnest($2::uuid[], $3::integer[], $4::timestamptz[], $5::smallint[], $6::text[], $7::integer[], $8::text[], $9::timestamptz[])
               as a (event_id, failures, at, status, answer, took, state, next_at)
           where d.endpoint_id = $1 and d.event_id = a.event_id and d.state = 'pending'
           returning d.message_id, d.state = 'dead' as "dead!""#,
        id.uuid(),
        &events,
        &columns.failures,
        &columns.at as &[jiff_sqlx::Timestamp],
        &columns.status as &[Option<i16>],
        &columns.answer,
        &columns.took,
        &columns.state,
        &columns.next as &[Option<jiff_sqlx::Timestamp>]
    )
    .fetch_all(tx.conn())
    .await?;
    let messages: Vec<Option<Uuid>> = given_up
        .iter()
        .filter(|row| row.dead)
        .map(|row| row.message_id)
        .collect();
    give_turn(tx, &vec![id.uuid(); messages.len()], &messages).await
}

async fn failures(tx: &mut Tx, id: WebhookId, events: &[Uuid]) -> Result<Vec<(Uuid, i32)>> {
    let rows = sqlx::query!(
        "select event_id, failures from webhook_deliveries where endpoint_id = $1 and event_id = any ($2)",
        id.uuid(),
        events
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.event_id, row.failures)).collect())
}

#[derive(Default)]
struct Columns {
    failures: Vec<i32>,
    at: Vec<jiff_sqlx::Timestamp>,
    status: Vec<Option<i16>>,
    answer: Vec<String>,
    took: Vec<i32>,
    state: Vec<String>,
    next: Vec<Option<jiff_sqlx::Timestamp>>,
}

impl Columns {
    fn push(&mut self, attempt: &Attempt, failures: i32, next: Option<Timestamp>) -> Result<()> {
        let state = match (attempt.posted.is_delivered(), next) {
            (true, _) => "delivered",
            (false, Some(_)) => "pending",
            (false, None) => "dead",
        };
        let status = attempt.posted.status.map(i16::try_from).transpose();
        self.failures.push(failures);
        self.at.push(ts(attempt.at));
        self.status
            .push(status.map_err(|_| Error::broken("a status that is none"))?);
        self.answer.push(cut(&attempt.posted.answer, ANSWER));
        self.took
            .push(i32::try_from(attempt.posted.took.as_millis()).unwrap_or(i32::MAX));
        self.state.push(state.to_owned());
        self.next.push(next.map(ts));
        Ok(())
    }
}

/// It gets nothing more, and its unit's admins are told. What waited is given up, and can be replayed once somebody has looked.
async fn disable(tx: &mut Tx, standing: &Standing, id: WebhookId, reason: DisabledFor) -> Result<()> {
    sqlx::query!(
        "update webhook_endpoints set state = 'disabled', disabled_for = $2, retry_at = null, edit_version = edit_version + 1 where id = $1",
        id.uuid(),
        reason.as_str()
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "update webhook_deliveries set state = 'dead', finished_at = $2 where endpoint_id = $1 and state = 'pending'",
        id.uuid(),
        tx.now_sql() as _
    )
    .execute(tx.conn())
    .await?;
    stopped::tell(tx, standing.unit, id, &standing.url, reason).await
}
