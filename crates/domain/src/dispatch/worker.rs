//! Processes that send: who they are, that they live, and what is found of one that no longer does.

use super::{
    claim::Chunk,
    record::{Deferral, Outcome, write_deferrals, write_outcomes},
    state::Lane,
};
use crate::{Domain, Result, webhooks};
use jiff::SignedDuration;
use serde_json::Value;
use types::DispatchId;
use uuid::Uuid;

/// One sending process, as leases name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worker {
    /// Made anew each time a process starts.
    pub id: Uuid,
    /// Of the directory with its journal: processes of one host can read each other's journals.
    pub host: Uuid,
    /// How long it may be silent before its chunks are given to others. By the database's clock: machines disagree.
    pub lease: SignedDuration,
}

/// Enters a worker before it claims anything. `name` is for people: machine and process.
///
/// # Errors
/// When the database cannot be asked.
pub async fn enlist(domain: &Domain, worker: Worker, name: &str) -> Result<()> {
    sqlx::query!(
        "insert into workers (id, host, name, started_at, seen_at) values ($1, $2, $3, clock_timestamp(), clock_timestamp())
         on conflict (id) do nothing",
        worker.id,
        worker.host,
        name
    )
    .execute(domain.pool())
    .await?;
    Ok(())
}

/// What a worker does at this moment (`types::sending::WorkerStatus`), and that it lives.
///
/// # Errors
/// When the database cannot be asked.
pub async fn report(domain: &Domain, worker: Worker, status: &Value) -> Result<()> {
    sqlx::query!(
        "update workers set seen_at = clock_timestamp(), status = $2 where id = $1",
        worker.id,
        status
    )
    .execute(domain.pool())
    .await?;
    Ok(())
}

/// Strikes off a worker that stopped in order or was recovered. Those silent for a day without a chunk go with it.
///
/// # Errors
/// When the database cannot be asked.
pub async fn strike_off(domain: &Domain, worker: Uuid) -> Result<()> {
    sqlx::query!(
        "delete from workers w where (w.id = $1 or w.seen_at < clock_timestamp() - interval '1 day')
           and not exists (select from dispatch_chunks c where c.leased_by = w.id and c.state = 'leased')",
        worker
    )
    .execute(domain.pool())
    .await?;
    Ok(())
}

/// Processes that send: of several limits each keeps to its part. Each has two workers, of one name.
///
/// # Errors
/// When the database cannot be asked.
pub async fn processes(domain: &Domain) -> Result<usize> {
    let count = sqlx::query_scalar!(
        r#"select count(distinct name) as "count!" from workers where seen_at > clock_timestamp() - interval '10 seconds'"#
    )
    .fetch_one(domain.pool())
    .await?;
    Ok(usize::try_from(count).unwrap_or(1))
}

/// Workers of this host whose lease on something ended: whoever gets hold of their journals settles what they had in hand.
///
/// # Errors
/// When the database cannot be asked.
pub async fn lapsed(domain: &Domain, host: Uuid) -> Result<Vec<Uuid>> {
    let found = sqlx::query_scalar!(
        "select distinct w.id from dispatch_chunks c join workers w on w.id = c.leased_by
         where c.state = 'leased' and c.leased_until < clock_timestamp() and w.host = $1",
        host
    )
    .fetch_all(domain.pool())
    .await?;
    Ok(found)
}

/// The journal of a worker is gone for good: its chunks are taken over as those of another host.
///
/// # Errors
/// When the database cannot be asked.
pub async fn forget_journal(domain: &Domain, worker: Uuid) -> Result<()> {
    sqlx::query!("update workers set host = null where id = $1", worker)
        .execute(domain.pool())
        .await?;
    Ok(())
}

/// A chunk that a dead worker still holds.
#[derive(Clone, Copy, Debug)]
pub struct Orphan {
    /// Which.
    pub chunk: Chunk,
    /// Its first recipient.
    pub first_seq: i64,
    /// Whether what was under way is sent again (transactional) or ambiguous.
    pub lane: Lane,
}

/// Chunks of a living worker whose lease ended. One that it does not know of was claimed by a statement whose answer was lost.
///
/// # Errors
/// When the database cannot be asked.
pub async fn overdue(domain: &Domain, worker: Uuid) -> Result<Vec<Chunk>> {
    let rows = sqlx::query!(
        r#"select dispatch_id as "dispatch: DispatchId", chunk from dispatch_chunks
           where leased_by = $1 and state = 'leased' and leased_until < clock_timestamp()"#,
        worker
    )
    .fetch_all(domain.pool())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Chunk {
            dispatch: row.dispatch,
            chunk: row.chunk,
        })
        .collect())
}

/// Ends the sessions of workers that stopped in the middle of writing outcomes: a process frozen there keeps its chunks' rows locked, and
/// no timeout of PostgreSQL's looks at a session that waits for the rows of a `copy`. How many there were.
///
/// # Errors
/// When the database cannot be asked.
pub async fn end_stalled(domain: &Domain, patience: SignedDuration) -> Result<usize> {
    let ended = sqlx::query_scalar!(
        r#"select pg_terminate_backend(pid) as "ended!" from pg_stat_activity
           where datname = current_database() and usename = current_user and state = 'active' and wait_event = 'ClientRead'
             and query like 'copy outcomes %' and query_start < clock_timestamp() - make_interval(secs => $1)"#,
        patience.as_secs_f64()
    )
    .fetch_all(domain.pool())
    .await?;
    Ok(ended.into_iter().filter(|it| *it).count())
}

/// What a dead worker held.
///
/// # Errors
/// When the database cannot be asked.
pub async fn orphans(domain: &Domain, worker: Uuid) -> Result<Vec<Orphan>> {
    let rows = sqlx::query!(
        r#"select c.dispatch_id as "dispatch: DispatchId", c.chunk, c.first_seq, d.lane
           from dispatch_chunks c join dispatches d on d.id = c.dispatch_id where c.leased_by = $1 and c.state = 'leased'"#,
        worker
    )
    .fetch_all(domain.pool())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Orphan {
                chunk: Chunk {
                    dispatch: row.dispatch,
                    chunk: row.chunk,
                },
                first_seq: row.first_seq,
                lane: row.lane.parse()?,
            })
        })
        .collect()
}

/// Writes what the journal of a dead worker says about one of its chunks and gives the chunk back. Outcomes that the worker had
/// still written itself are left as they are. False: somebody else was quicker.
///
/// # Errors
/// When the database cannot be asked: nothing was written then.
pub async fn recover(
    domain: &Domain,
    worker: Uuid,
    chunk: Chunk,
    outcomes: &[Outcome],
    deferrals: &[Deferral],
) -> Result<bool> {
    let mut tx = domain.begin().await?;
    let mine = sqlx::query_scalar!(
        r#"select true as "mine!" from dispatch_chunks where dispatch_id = $1 and chunk = $2 and leased_by = $3 and state = 'leased' for update"#,
        chunk.dispatch.uuid(),
        chunk.chunk,
        worker
    )
    .fetch_optional(tx.conn())
    .await?;
    if mine.is_none() {
        return Ok(false);
    }
    let seqs: Vec<i64> = outcomes
        .iter()
        .map(|it| it.seq)
        .chain(deferrals.iter().map(|it| it.seq))
        .collect();
    let written: Vec<i64> = sqlx::query_scalar!(
        "select seq from outcomes where dispatch_id = $1 and seq = any ($2)",
        chunk.dispatch.uuid(),
        &seqs
    )
    .fetch_all(tx.conn())
    .await?;
    let ends: Vec<(Chunk, Outcome)> = outcomes
        .iter()
        .filter(|it| !written.contains(&it.seq))
        .map(|it| (chunk, it.clone()))
        .collect();
    let later: Vec<(Chunk, Deferral)> = deferrals
        .iter()
        .filter(|it| !written.contains(&it.seq))
        .map(|it| (chunk, it.clone()))
        .collect();
    write_outcomes(&mut tx, &ends).await?;
    write_deferrals(&mut tx, &later).await?;
    let heard = webhooks::heard(&mut tx, &[chunk.dispatch.uuid()]).await?;
    webhooks::recorded(&mut tx, &heard, &ends, &later).await?;
    super::counts::keep_counts(
        &mut tx,
        worker,
        &ends,
        &[],
        &[(chunk, None)],
        SignedDuration::ZERO,
    )
    .await?;
    tx.commit().await?;
    Ok(true)
}
