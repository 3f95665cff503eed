//! A chunk in one worker's hands.

use super::state::Lane;
use crate::{Domain, Result, ts};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use types::{ContactId, DispatchId};
use uuid::Uuid;

/// A claimed chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Of which dispatch.
    pub dispatch: DispatchId,
    /// Which part of it.
    pub chunk: i32,
}

/// One recipient that has no outcome yet, as the audience was fixed.
#[derive(Clone, Debug)]
pub struct Recipient {
    /// Number in the dispatch.
    pub seq: i64,
    /// Who.
    pub contact: ContactId,
    /// Where to.
    pub address: String,
    /// Version of the message.
    pub language: String,
    /// For the templates and the To field.
    pub first_name: String,
    /// For the templates and the To field.
    pub last_name: String,
    /// The unit's attributes of the person.
    pub attributes: Value,
    /// Attempts so far.
    pub attempts: u32,
    /// When the first attempt was made; none before it.
    pub first_attempt: Option<Timestamp>,
}

/// Takes a due chunk of a lane, if there is one.
///
/// Only chunks of dispatches whose seal holds: the campaign is still sending the very revision that another person
/// approved (law 2). A chunk whose worker was lost comes with recipients that may or may not have been handed over: those
/// become ambiguous here, except in the transactional lane, where they are sent again under the same Message-ID.
///
/// # Errors
/// When the database cannot be asked.
pub async fn claim(
    domain: &Domain,
    worker: Uuid,
    lane: Lane,
    lease: SignedDuration,
) -> Result<Option<Chunk>> {
    let mut tx = domain.begin().await?;
    let Some(found) = sqlx::query!(
        r#"select c.dispatch_id as "dispatch: DispatchId", c.chunk, c.in_flight
           from dispatch_chunks c join dispatches d on d.id = c.dispatch_id
           where d.state = 'sending' and d.lane = $1 and c.state <> 'done' and c.due_at <= $2
             and (c.leased_until is null or c.leased_until < $2)
             and (d.campaign_id is null or exists (
                 select from campaigns k join campaign_revisions r on r.id = k.current_revision_id
                     join reviews v on v.revision_id = r.id and v.state = 'approved' and v.seal = r.seal
                 where k.id = d.campaign_id and k.state = 'sending' and r.id = d.revision_id))
           order by c.due_at, c.dispatch_id, c.chunk limit 1 for update of c skip locked"#,
        lane.as_str(),
        tx.now_sql() as _,
    )
    .fetch_optional(tx.conn())
    .await?
    else {
        return Ok(None);
    };
    let ambiguous = if found.in_flight.is_empty() || lane == Lane::Transactional {
        0
    } else {
        let lost = sqlx::query!(
            "insert into outcomes (dispatch_id, seq, outcome, rule, attempts, at)
             select $1, f.seq, 'ambiguous', 'worker_lost', coalesce(x.attempts, 0) + 1, $3
             from unnest($2::bigint[]) as f (seq)
             left join deferrals x on x.dispatch_id = $1 and x.seq = f.seq
             on conflict do nothing",
            found.dispatch.uuid(),
            &found.in_flight,
            tx.now_sql() as _
        )
        .execute(tx.conn())
        .await?;
        i64::try_from(lost.rows_affected()).unwrap_or(0)
    };
    let until = tx.now() + lease;
    sqlx::query!(
        "update dispatch_chunks set state = 'leased', leased_by = $3, leased_until = $4, in_flight = '{}', ambiguous = ambiguous + $5
         where dispatch_id = $1 and chunk = $2",
        found.dispatch.uuid(),
        found.chunk,
        worker,
        ts(until) as _,
        ambiguous
    )
    .execute(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(Some(Chunk {
        dispatch: found.dispatch,
        chunk: found.chunk,
    }))
}

/// Everyone in the chunk whose turn it is: no outcome, and not waiting for a later attempt. At most a chunk's size.
///
/// # Errors
/// When the database cannot be asked.
pub async fn recipients(domain: &Domain, chunk: Chunk) -> Result<Vec<Recipient>> {
    let rows = sqlx::query!(
        r#"select d.seq, d.contact_id as "contact: ContactId", d.address, d.language, d.first_name, d.last_name, d.attributes,
                  x.attempts as "attempts?", x.first_at as "first_at?"
           from deliveries d left join deferrals x on x.dispatch_id = d.dispatch_id and x.seq = d.seq
           where d.dispatch_id = $1 and d.chunk = $2 and (x.seq is null or x.next_at <= $3)
             and not exists (select from outcomes o where o.dispatch_id = d.dispatch_id and o.seq = d.seq)
           order by d.seq"#,
        chunk.dispatch.uuid(),
        chunk.chunk,
        ts(domain.now()) as _
    )
    .fetch_all(domain.pool())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Recipient {
            seq: row.seq,
            contact: row.contact,
            address: row.address,
            language: row.language,
            first_name: row.first_name,
            last_name: row.last_name,
            attributes: row.attributes,
            attempts: row.attempts.and_then(|n| u32::try_from(n).ok()).unwrap_or(0),
            first_attempt: row.first_at.map(jiff_sqlx::Timestamp::to_jiff),
        })
        .collect())
}

/// Keeps the lease alive while a slow relay thinks. False: it is no longer ours.
///
/// # Errors
/// When the database cannot be asked.
pub async fn extend(domain: &Domain, worker: Uuid, chunk: Chunk, lease: SignedDuration) -> Result<bool> {
    let now = domain.now();
    let done = sqlx::query!(
        "update dispatch_chunks set leased_until = $4 where dispatch_id = $1 and chunk = $2 and leased_by = $3 and state = 'leased'",
        chunk.dispatch.uuid(),
        chunk.chunk,
        worker,
        ts(now + lease) as _
    )
    .execute(domain.pool())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Gives the chunk back: done when everyone in it has an outcome, else due when the next recipient is, and not before
/// `not_before` (the relay is away). Nothing may be in flight any more.
///
/// # Errors
/// When the database cannot be asked.
pub async fn release(
    domain: &Domain,
    worker: Uuid,
    chunk: Chunk,
    not_before: Option<Timestamp>,
) -> Result<()> {
    let now = domain.now();
    sqlx::query!(
        "with open as (
             select count(*) as people, min(coalesce(x.next_at, $4)) as next
             from deliveries d left join deferrals x on x.dispatch_id = d.dispatch_id and x.seq = d.seq
             where d.dispatch_id = $1 and d.chunk = $2
               and not exists (select from outcomes o where o.dispatch_id = d.dispatch_id and o.seq = d.seq))
         update dispatch_chunks c
         set state = case when open.people = 0 then 'done' else 'waiting' end,
             due_at = case when open.people = 0 then c.due_at else greatest(open.next, $5) end,
             leased_by = null, leased_until = null, in_flight = '{}'
         from open where c.dispatch_id = $1 and c.chunk = $2 and c.leased_by = $3",
        chunk.dispatch.uuid(),
        chunk.chunk,
        worker,
        ts(now) as _,
        ts(not_before.unwrap_or(now)) as _,
    )
    .execute(domain.pool())
    .await?;
    Ok(())
}
