//! Outcomes in batches, with the counters of their chunks, in one transaction.

use super::{
    claim::Chunk,
    counts::{columns, keep_counts},
    worker::Worker,
};
use crate::{Domain, Result, Tx, ts, webhooks};
use jiff::Timestamp;
use std::collections::HashSet;
use std::fmt::Write;
use types::DispatchId;
use uuid::Uuid;

/// How a delivery ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OutcomeKind {
    /// The relay took it.
    Sent,
    /// It will not be delivered.
    Failed,
    /// A rule held it back.
    Suppressed,
    /// Nobody can know.
    Ambiguous,
}

impl OutcomeKind {
    /// As in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Suppressed => "suppressed",
            Self::Ambiguous => "ambiguous",
        }
    }
}

/// The end of one delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Number in the dispatch.
    pub seq: i64,
    /// How it ended.
    pub kind: OutcomeKind,
    /// Why, as a code: `reply_5xx`, `hard_bounce`, `retries_exhausted`, `render_error`, …
    pub rule: String,
    /// The relay's reply.
    pub reply_code: Option<i16>,
    /// Its text.
    pub reply: String,
    /// Attempts made, this one included.
    pub attempts: i16,
    /// When.
    pub at: Timestamp,
    /// The address itself is bad: suppress it in the whole installation.
    pub bad_address: bool,
}

/// A delivery that is tried again later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deferral {
    /// Number in the dispatch.
    pub seq: i64,
    /// Attempts made, this one included.
    pub attempts: i16,
    /// Not before.
    pub next_at: Timestamp,
    /// The relay's reply.
    pub reply_code: Option<i16>,
    /// Its text.
    pub reply: String,
    /// When the first attempt was made.
    pub first_at: Timestamp,
}

/// What the last look before the hand-off needs to know of the dispatch.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Whose campaign.
    pub unit: Uuid,
    /// Which rules hold.
    pub classification: String,
    /// Being subscribed to one of these counts; none: any of the unit's.
    pub topics: Option<Vec<Uuid>>,
    /// Messages of this dispatch were asked for one by one, and may expire.
    pub triggered: bool,
}

impl Rules {
    /// How a delivery ends that a rule holds back. What a person is owed and cannot be delivered has failed; everything else is
    /// suppressed (product.md's table).
    #[must_use]
    pub fn end_of_held(&self, rule: &str) -> OutcomeKind {
        if self.classification == "transactional" && rule == "hard_bounce" {
            OutcomeKind::Failed
        } else {
            OutcomeKind::Suppressed
        }
    }
}

/// What happened since the last time.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Ends.
    pub outcomes: Vec<(Chunk, Outcome)>,
    /// Attempts that were no end.
    pub deferrals: Vec<(Chunk, Deferral)>,
    /// Chunks that the worker keeps: their leases are renewed.
    pub kept: Vec<Chunk>,
    /// Chunks given back, and not to be claimed before a time (the relay is away). Nobody of them may be on their way any more.
    pub released: Vec<(Chunk, Option<Timestamp>)>,
}

impl Batch {
    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.outcomes.is_empty()
            && self.deferrals.is_empty()
            && self.kept.is_empty()
            && self.released.is_empty()
    }

    fn chunks(&self) -> Vec<Chunk> {
        let mut all: Vec<Chunk> = self
            .outcomes
            .iter()
            .map(|it| it.0)
            .chain(self.deferrals.iter().map(|it| it.0))
            .chain(self.kept.iter().copied())
            .chain(self.released.iter().map(|it| it.0))
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// Writes a batch. Returns the chunks that are no longer this worker's: nothing of them was written, somebody else has them.
///
/// `again`: the same batch was tried before and nobody knows whether it was committed. If it was, nothing is written twice.
///
/// # Errors
/// When the database cannot be asked: the same call can be made again, with `again`.
pub async fn record(domain: &Domain, worker: Worker, batch: &Batch, again: bool) -> Result<HashSet<Chunk>> {
    let chunks = batch.chunks();
    let mut tx = domain.begin().await?;
    let there = match again {
        true => written(&mut tx, batch).await?,
        false => HashSet::new(),
    };
    let Own { mine, heard } = own(&mut tx, worker.id, &chunks).await?;
    let lost: HashSet<Chunk> = chunks.into_iter().filter(|it| !mine.contains(it)).collect();
    if lost.is_empty() && there.is_empty() {
        write(&mut tx, worker, batch, &heard).await?;
    } else {
        let left = Batch {
            outcomes: without(&batch.outcomes, |it| {
                lost.contains(&it.0) || there.contains(&(it.0.dispatch.uuid(), it.1.seq))
            }),
            deferrals: without(&batch.deferrals, |it| lost.contains(&it.0)),
            kept: without(&batch.kept, |it| lost.contains(it)),
            released: without(&batch.released, |it| lost.contains(&it.0)),
        };
        write(&mut tx, worker, &left, &heard).await?;
    }
    tx.commit().await?;
    Ok(lost)
}

fn without<T: Clone>(all: &[T], lost: impl Fn(&T) -> bool) -> Vec<T> {
    all.iter().filter(|it| !lost(it)).cloned().collect()
}

/// Those of the batch's outcomes that are in the ledger already: all of them when it was committed, as far as the chunks are still ours.
async fn written(tx: &mut Tx, batch: &Batch) -> Result<HashSet<(Uuid, i64)>> {
    let dispatches: Vec<Uuid> = batch.outcomes.iter().map(|it| it.0.dispatch.uuid()).collect();
    let seqs: Vec<i64> = batch.outcomes.iter().map(|it| it.1.seq).collect();
    let rows = sqlx::query!(
        "select o.dispatch_id, o.seq from unnest($1::uuid[], $2::bigint[]) as k (dispatch_id, seq)
         join outcomes o on o.dispatch_id = k.dispatch_id and o.seq = k.seq",
        &dispatches,
        &seqs
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.dispatch_id, row.seq)).collect())
}

/// What a worker holds of a batch.
struct Own {
    mine: HashSet<Chunk>,
    /// Dispatches whose messages somebody wants to hear of.
    heard: HashSet<DispatchId>,
}

/// Locks those of the chunks that this worker holds, in an order that all share.
async fn own(tx: &mut Tx, worker: Uuid, chunks: &[Chunk]) -> Result<Own> {
    let (dispatches, numbers) = columns(chunks.iter());
    let rows = sqlx::query!(
        r#"select c.dispatch_id as "dispatch: DispatchId", c.chunk,
               coalesce(d.kind = 'message' and exists (
                   select from webhook_endpoints e where e.unit_id = d.unit_id and e.state <> 'disabled' and e.deleted_at is null), false) as "heard!"
           from unnest($1::uuid[], $2::integer[]) as k (dispatch_id, chunk)
           join dispatch_chunks c on c.dispatch_id = k.dispatch_id and c.chunk = k.chunk
           left join dispatches d on d.id = c.dispatch_id
           where c.leased_by = $3 and c.state = 'leased'
           order by c.dispatch_id, c.chunk for update of c"#,
        &dispatches,
        &numbers,
        worker
    )
    .fetch_all(tx.conn())
    .await?;
    let mut own = Own {
        mine: HashSet::with_capacity(rows.len()),
        heard: HashSet::new(),
    };
    for row in rows {
        own.mine.insert(Chunk {
            dispatch: row.dispatch,
            chunk: row.chunk,
        });
        if row.heard {
            own.heard.insert(row.dispatch);
        }
    }
    Ok(own)
}

async fn write(tx: &mut Tx, worker: Worker, batch: &Batch, heard: &HashSet<DispatchId>) -> Result<()> {
    write_outcomes(tx, &batch.outcomes).await?;
    write_deferrals(tx, &batch.deferrals).await?;
    webhooks::recorded(tx, heard, &batch.outcomes, &batch.deferrals).await?;
    keep_counts(
        tx,
        worker.id,
        &batch.outcomes,
        &batch.kept,
        &batch.released,
        worker.lease,
    )
    .await
}

/// Outcomes by `copy`, and what follows from them.
pub(super) async fn write_outcomes(tx: &mut Tx, outcomes: &[(Chunk, Outcome)]) -> Result<()> {
    if outcomes.is_empty() {
        return Ok(());
    }
    let mut copy = tx
        .conn()
        .copy_in_raw(
            "copy outcomes (dispatch_id, seq, outcome, rule, reply_code, reply, attempts, at) from stdin",
        )
        .await?;
    copy.send(rows_of(outcomes).into_bytes()).await?;
    copy.finish().await?;
    let tried: Vec<&(Chunk, Outcome)> = outcomes.iter().filter(|it| it.1.attempts != 1).collect();
    if !tried.is_empty() {
        let dispatches: Vec<Uuid> = tried.iter().map(|it| it.0.dispatch.uuid()).collect();
        let seqs: Vec<i64> = tried.iter().map(|it| it.1.seq).collect();
        sqlx::query!(
            "delete from deferrals x using unnest($1::uuid[], $2::bigint[]) as k (dispatch_id, seq)
             where x.dispatch_id = k.dispatch_id and x.seq = k.seq",
            &dispatches,
            &seqs
        )
        .execute(tx.conn())
        .await?;
    }
    suppress_bad_addresses(tx, outcomes).await
}

/// Rows in PostgreSQL's text format.
fn rows_of(outcomes: &[(Chunk, Outcome)]) -> String {
    let mut rows = String::with_capacity(outcomes.len() * 160);
    for (chunk, it) in outcomes {
        let _ = write!(
            rows,
            "{}\t{}\t{}\t",
            chunk.dispatch.uuid(),
            it.seq,
            it.kind.as_str()
        );
        push_escaped(&mut rows, &it.rule);
        match it.reply_code {
            Some(code) => {
                let _ = write!(rows, "\t{code}\t");
            }
            None => rows.push_str("\t\\N\t"),
        }
        push_escaped(&mut rows, &it.reply);
        let _ = writeln!(rows, "\t{}\t{}", it.attempts, it.at);
    }
    rows
}

fn push_escaped(rows: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '\\' => rows.push_str("\\\\"),
            '\t' => rows.push_str("\\t"),
            '\n' => rows.push_str("\\n"),
            '\r' => rows.push_str("\\r"),
            // Not a text for PostgreSQL.
            '\0' => {}
            c => rows.push(c),
        }
    }
}

pub(super) async fn write_deferrals(tx: &mut Tx, deferrals: &[(Chunk, Deferral)]) -> Result<()> {
    if deferrals.is_empty() {
        return Ok(());
    }
    let dispatches: Vec<Uuid> = deferrals.iter().map(|it| it.0.dispatch.uuid()).collect();
    let seqs: Vec<i64> = deferrals.iter().map(|it| it.1.seq).collect();
    let attempts: Vec<i16> = deferrals.iter().map(|it| it.1.attempts).collect();
    let nexts: Vec<jiff_sqlx::Timestamp> = deferrals.iter().map(|it| ts(it.1.next_at)).collect();
    let codes: Vec<Option<i16>> = deferrals.iter().map(|it| it.1.reply_code).collect();
    let replies: Vec<String> = deferrals.iter().map(|it| it.1.reply.clone()).collect();
    let firsts: Vec<jiff_sqlx::Timestamp> = deferrals.iter().map(|it| ts(it.1.first_at)).collect();
    sqlx::query!(
        "insert into deferrals (dispatch_id, seq, attempts, next_at, reply_code, reply, first_at, at)
         select f.dispatch_id, f.seq, f.attempts, f.next_at, f.code, f.reply, f.first_at, $8
         from unnest($1::uuid[], $2::bigint[], $3::smallint[], $4::timestamptz[], $5::smallint[], $6::text[], $7::timestamptz[])
             as f (dispatch_id, seq, attempts, next_at, code, reply, first_at)
         on conflict (dispatch_id, seq) do update
         set attempts = excluded.attempts, next_at = excluded.next_at, reply_code = excluded.reply_code, reply = excluded.reply, at = excluded.at",
        &dispatches,
        &seqs,
        &attempts,
        &nexts as &[jiff_sqlx::Timestamp],
        &codes as &[Option<i16>],
        &replies,
        &firsts as &[jiff_sqlx::Timestamp],
        tx.now_sql() as _
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A refusal that says the address is bad closes it for everybody: the golden record and the installation's list.
async fn suppress_bad_addresses(tx: &mut Tx, outcomes: &[(Chunk, Outcome)]) -> Result<()> {
    let bad: Vec<&(Chunk, Outcome)> = outcomes.iter().filter(|it| it.1.bad_address).collect();
    if bad.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = bad.iter().map(|_| tx.uuid()).collect();
    let dispatches: Vec<Uuid> = bad.iter().map(|it| it.0.dispatch.uuid()).collect();
    let seqs: Vec<i64> = bad.iter().map(|it| it.1.seq).collect();
    let replies: Vec<String> = bad.iter().map(|it| it.1.reply.clone()).collect();
    sqlx::query!(
        "with bounced as (
             update identities i set bounced_at = coalesce(i.bounced_at, $5)
             from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[]) as b (id, dispatch_id, seq, reply)
                 join deliveries d on d.dispatch_id = b.dispatch_id and d.seq = b.seq
             where i.contact_id = d.contact_id and i.kind = 'email' and i.value = d.address
             returning b.id, i.normalised, b.reply)
         insert into suppressions (id, normalised, reason, source, detail, created_at)
         select id, normalised, 'undeliverable', 'smtp', reply, $5 from bounced
         on conflict do nothing",
        &ids,
        &dispatches,
        &seqs,
        &replies,
        tx.now_sql() as _
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
