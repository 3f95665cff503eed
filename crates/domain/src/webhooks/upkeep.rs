//! What waited too long is given up, what is old is deleted. In slices: nothing is locked for long.

use super::circuit::PATIENCE;
use crate::{Domain, Result, Tx, ts};
use jiff::SignedDuration;
use uuid::Uuid;

/// How long events are kept that were taken.
const KEEP_DELIVERED: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long those are kept that were given up: so long they can be replayed.
const KEEP_DEAD: SignedDuration = SignedDuration::from_hours(90 * 24);
/// Rows at a time.
const SLICE: i64 = 5_000;

/// Gives up events that waited for longer than three days, whatever they waited for. What waited behind one of them has its turn now, and as
/// long again.
///
/// # Errors
/// When the database cannot be asked.
pub async fn expire(domain: &Domain) -> Result<u64> {
    let now = domain.now();
    let mut tx = domain.begin().await?;
    let late = sqlx::query!(
        r#"update webhook_deliveries d set state = 'dead', finished_at = $2
           from (select w.endpoint_id, w.event_id from webhook_deliveries w
                 where w.state = 'pending' and w.queued_at < $1 and not exists (
                     select from webhook_deliveries b
                     where b.endpoint_id = w.endpoint_id and b.message_id = w.message_id and b.state = 'pending' and b.seq < w.seq)
                 order by w.queued_at limit $3 for update of w skip locked) late
           where d.endpoint_id = late.endpoint_id and d.event_id = late.event_id
           returning d.endpoint_id, d.message_id"#,
        ts(now - PATIENCE) as _,
        ts(now) as _,
        SLICE
    )
    .fetch_all(tx.conn())
    .await?;
    let (endpoints, messages): (Vec<Uuid>, Vec<Option<Uuid>>) =
        late.iter().map(|row| (row.endpoint_id, row.message_id)).unzip();
    give_turn(&mut tx, &endpoints, &messages).await?;
    tx.commit().await?;
    Ok(late.len() as u64)
}

/// What waits behind events that were given up is due, and its time begins now.
pub(super) async fn give_turn(tx: &mut Tx, endpoints: &[Uuid], messages: &[Option<Uuid>]) -> Result<()> {
    if endpoints.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "update webhook_deliveries d set queued_at = $3, next_at = $3
         from unnest($1::uuid[], $2::uuid[]) as g (endpoint_id, message_id)
         where d.endpoint_id = g.endpoint_id and d.message_id = g.message_id and d.state = 'pending'",
        endpoints,
        messages as &[Option<Uuid>],
        tx.now_sql() as _
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Deletes what was kept long enough, and what is left of removed endpoints. How many rows went.
///
/// # Errors
/// When the database cannot be asked.
pub async fn sweep(domain: &Domain) -> Result<u64> {
    let now = domain.now();
    let mut gone = 0;
    for (state, keep) in [("delivered", KEEP_DELIVERED), ("dead", KEEP_DEAD)] {
        loop {
            let done = sqlx::query!(
                "delete from webhook_deliveries d
                 using (select endpoint_id, event_id from webhook_deliveries where state = $1 and state <> 'pending' and finished_at < $2 limit $3) old
                 where d.endpoint_id = old.endpoint_id and d.event_id = old.event_id",
                state,
                ts(now - keep) as _,
                SLICE
            )
            .execute(domain.pool())
            .await?
            .rows_affected();
            gone += done;
            if done == 0 {
                break;
            }
        }
    }
    Ok(gone + sweep_removed(domain).await?)
}

async fn sweep_removed(domain: &Domain) -> Result<u64> {
    let mut gone = 0;
    loop {
        let done = sqlx::query!(
            "delete from webhook_deliveries d
             using (select w.endpoint_id, w.event_id from webhook_endpoints e join webhook_deliveries w on w.endpoint_id = e.id
                    where e.deleted_at is not null limit $1) old
             where d.endpoint_id = old.endpoint_id and d.event_id = old.event_id",
            SLICE
        )
        .execute(domain.pool())
        .await?
        .rows_affected();
        gone += done;
        if done == 0 {
            break;
        }
    }
    // An hour later: whoever was writing events for it has committed.
    sqlx::query!(
        "delete from webhook_endpoints e where e.deleted_at < $1
           and not exists (select from webhook_deliveries d where d.endpoint_id = e.id)",
        ts(domain.now() - SignedDuration::from_hours(1)) as _
    )
    .execute(domain.pool())
    .await?;
    Ok(gone)
}

/// How much is not delivered, in the whole installation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Events that wait.
    pub waiting: i64,
    /// Events that were given up and can be replayed.
    pub dead: i64,
    /// Endpoints that take nothing at the moment.
    pub failing: i64,
    /// Endpoints that were disabled by themselves.
    pub disabled: i64,
}

/// For metrics and `doctor`.
///
/// # Errors
/// When the database cannot be asked.
pub async fn backlog(domain: &Domain) -> Result<Backlog> {
    Ok(sqlx::query_as!(
        Backlog,
        r#"select (select count(*) from webhook_deliveries where state = 'pending') as "waiting!",
                  (select count(*) from webhook_deliveries where state = 'dead') as "dead!",
                  (select count(*) from webhook_endpoints where deleted_at is null and state = 'active' and retry_at is not null) as "failing!",
                  (select count(*) from webhook_endpoints where deleted_at is null and state = 'disabled') as "disabled!""#
    )
    .fetch_one(domain.pool())
    .await?)
}
