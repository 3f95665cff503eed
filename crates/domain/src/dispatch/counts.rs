//! The counters of chunks, beside the leases they are written with.

use super::{
    claim::Chunk,
    record::{Outcome, OutcomeKind},
};
use crate::{Result, Tx, ts};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use uuid::Uuid;

/// Chunks as two columns of a statement.
pub(super) fn columns<'a>(chunks: impl Iterator<Item = &'a Chunk>) -> (Vec<Uuid>, Vec<i32>) {
    chunks.map(|it| (it.dispatch.uuid(), it.chunk)).unzip()
}

/// The counters of the chunks, their leases, and those given back: done when everyone has an outcome, else waiting for whoever
/// is due next.
pub(super) async fn keep_counts(
    tx: &mut Tx,
    worker: Uuid,
    outcomes: &[(Chunk, Outcome)],
    kept: &[Chunk],
    released: &[(Chunk, Option<Timestamp>)],
    lease: SignedDuration,
) -> Result<()> {
    let mut chunks: Vec<Chunk> = outcomes
        .iter()
        .map(|it| it.0)
        .chain(kept.iter().copied())
        .chain(released.iter().map(|it| it.0))
        .collect();
    chunks.sort_unstable();
    chunks.dedup();
    if chunks.is_empty() {
        return Ok(());
    }
    let mut counts = vec![[0_i64; 4]; chunks.len()];
    for (chunk, outcome) in outcomes {
        if let Ok(at) = chunks.binary_search(chunk) {
            counts[at][outcome.kind as usize] += 1;
        }
    }
    let column = |n: usize| counts.iter().map(|it| it[n]).collect::<Vec<i64>>();
    // Triggered messages are a chunk each: there may be thousands.
    let released: HashMap<Chunk, Option<Timestamp>> = released.iter().copied().collect();
    let back: Vec<bool> = chunks.iter().map(|chunk| released.contains_key(chunk)).collect();
    let not_before: Vec<Option<jiff_sqlx::Timestamp>> = chunks
        .iter()
        .map(|chunk| released.get(chunk).copied().flatten().map(ts))
        .collect();
    let (dispatches, numbers) = columns(chunks.iter());
    sqlx::query!(
        "with given as (
             select * from unnest($1::uuid[], $2::integer[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::boolean[], $8::timestamptz[])
                 as g (dispatch_id, chunk, sent, failed, suppressed, ambiguous, back, not_before)
         ), counted as (
             select g.*, c.last_seq - c.first_seq + 1
                    - (c.sent + c.failed + c.suppressed + c.cancelled + c.ambiguous + g.sent + g.failed + g.suppressed + g.ambiguous) as open,
                 case when g.back then (select count(*) from deferrals x where x.dispatch_id = c.dispatch_id and x.seq between c.first_seq and c.last_seq) end as later,
                 case when g.back then (select min(x.next_at) from deferrals x where x.dispatch_id = c.dispatch_id and x.seq between c.first_seq and c.last_seq) end as next_at
             from given g join dispatch_chunks c on c.dispatch_id = g.dispatch_id and c.chunk = g.chunk
         )
         update dispatch_chunks c set
             sent = c.sent + k.sent, failed = c.failed + k.failed, suppressed = c.suppressed + k.suppressed, ambiguous = c.ambiguous + k.ambiguous,
             state = case when not k.back then c.state when k.open <= 0 then 'done' else 'waiting' end,
             leased_by = case when k.back then null else c.leased_by end,
             leased_until = case when k.back then null else clock_timestamp() + make_interval(secs => $10) end,
             handed_to = case when k.back then null else c.handed_to end,
             handed_at = case when k.back then null else c.handed_at end,
             due_at = case when not k.back or k.open <= 0 then c.due_at
                           else greatest(case when k.open > k.later then $11 else coalesce(k.next_at, $11) end, k.not_before) end
         from counted k
         where c.dispatch_id = k.dispatch_id and c.chunk = k.chunk and c.leased_by = $9",
        &dispatches,
        &numbers,
        &column(OutcomeKind::Sent as usize),
        &column(OutcomeKind::Failed as usize),
        &column(OutcomeKind::Suppressed as usize),
        &column(OutcomeKind::Ambiguous as usize),
        &back,
        &not_before as &[Option<jiff_sqlx::Timestamp>],
        worker,
        lease.as_secs_f64(),
        tx.now_sql() as _
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
