//! Facts become events. Written in the fact's own transaction, so that neither is there without the other; set-based; and nothing but one
//! look at a small table where nobody listens. A campaign's outcomes make no events.

use super::{CHANNEL, cut};
use crate::dispatch::{Accepted, Chunk, Deferral, Outcome, OutcomeKind};
use crate::{Result, Tx, ts};
use jiff::Timestamp;
use std::collections::HashSet;
use types::webhooks::EventType;
use types::{DispatchId, UnitId};
use uuid::Uuid;

/// The longest detail, in characters: a relay's reply, a link.
const DETAIL: usize = 1000;

/// Something that happened to a message.
#[derive(Clone, Debug)]
struct Fact {
    dispatch: DispatchId,
    seq: i64,
    kind: EventType,
    at: Timestamp,
    /// The reply, or the rule.
    detail: String,
}

fn kind_of(outcome: OutcomeKind) -> EventType {
    match outcome {
        OutcomeKind::Sent => EventType::Sent,
        OutcomeKind::Failed => EventType::Failed,
        OutcomeKind::Suppressed => EventType::Suppressed,
        OutcomeKind::Ambiguous => EventType::Ambiguous,
    }
}

/// Those of the dispatches whose messages somebody wants to hear of.
pub(crate) async fn heard(tx: &mut Tx, dispatches: &[Uuid]) -> Result<HashSet<DispatchId>> {
    let found = sqlx::query_scalar!(
        r#"select d.id as "id: DispatchId" from dispatches d
           where d.id = any ($1) and d.kind = 'message' and exists (
               select from webhook_endpoints e where e.unit_id = d.unit_id and e.state <> 'disabled' and e.deleted_at is null)"#,
        dispatches
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(found.into_iter().collect())
}

/// Whether somebody wants to hear of a dispatch's messages.
async fn is_heard(tx: &mut Tx, dispatch: DispatchId) -> Result<bool> {
    Ok(!heard(tx, &[dispatch.uuid()]).await?.is_empty())
}

/// Messages of a unit that were accepted a moment ago, in this transaction; those that a rule held back at once have ended too.
pub(crate) async fn accepted(
    tx: &mut Tx,
    unit: UnitId,
    accepted: &[Accepted],
    end_of_held: impl Fn(&str) -> OutcomeKind,
) -> Result<()> {
    let mut messages = Vec::with_capacity(accepted.len());
    let (mut kinds, mut details) = (Vec::new(), Vec::new());
    for it in accepted {
        messages.push(it.id.uuid());
        kinds.push(EventType::Accepted.as_str().to_owned());
        details.push(String::new());
        if let Some(rule) = &it.held {
            messages.push(it.id.uuid());
            kinds.push(kind_of(end_of_held(rule)).as_str().to_owned());
            details.push(rule.clone());
        }
    }
    let events: Vec<Uuid> = messages.iter().map(|_| tx.uuid()).collect();
    // Nobody is woken: a commit that notifies waits for all others that do, and callers wait for this one. It is seen at the next look.
    sqlx::query!(
        "insert into webhook_deliveries (endpoint_id, event_id, message_id, kind, at, detail, queued_at, next_at)
         select e.id, f.event_id, f.message_id, f.kind, $6, f.detail, $6, $6
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) with ordinality as f (event_id, message_id, kind, detail, place)
             join webhook_endpoints e on e.unit_id = $5 and e.state <> 'disabled' and e.deleted_at is null
                 and (cardinality(e.event_types) = 0 or f.kind = any (e.event_types))
         order by f.place, e.id",
        &events,
        &messages,
        &kinds,
        &details,
        unit.uuid(),
        tx.now_sql() as _
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Outcomes and deferrals that were just written.
pub(crate) async fn recorded(
    tx: &mut Tx,
    heard: &HashSet<DispatchId>,
    outcomes: &[(Chunk, Outcome)],
    deferrals: &[(Chunk, Deferral)],
) -> Result<()> {
    if heard.is_empty() {
        return Ok(());
    }
    let now = tx.now();
    let later = deferrals.iter().map(|(chunk, it)| Fact {
        dispatch: chunk.dispatch,
        seq: it.seq,
        kind: EventType::Deferred,
        at: now,
        detail: it.reply.clone(),
    });
    let ends = outcomes.iter().map(|(chunk, it)| Fact {
        dispatch: chunk.dispatch,
        seq: it.seq,
        kind: kind_of(it.kind),
        at: it.at,
        detail: if it.reply.is_empty() { &it.rule } else { &it.reply }.clone(),
    });
    let facts: Vec<Fact> = later
        .chain(ends)
        .filter(|fact| heard.contains(&fact.dispatch))
        .collect();
    happened(tx, &facts).await
}

/// What was written off at `at`: cancelled with its dispatch, or ambiguous since its worker was lost.
pub(crate) async fn written_off(
    tx: &mut Tx,
    dispatch: DispatchId,
    first_seq: i64,
    last_seq: i64,
    at: Timestamp,
) -> Result<()> {
    if !is_heard(tx, dispatch).await? {
        return Ok(());
    }
    let rows = sqlx::query!(
        "select seq, outcome, rule from outcomes
         where dispatch_id = $1 and seq between $2 and $3 and at = $4 and rule in ('cancelled', 'seal_broken', 'worker_lost') order by seq",
        dispatch.uuid(),
        first_seq,
        last_seq,
        ts(at) as _
    )
    .fetch_all(tx.conn())
    .await?;
    let facts: Vec<Fact> = rows
        .into_iter()
        .map(|row| Fact {
            dispatch,
            seq: row.seq,
            kind: match row.outcome.as_str() {
                "ambiguous" => EventType::Ambiguous,
                _ => EventType::Cancelled,
            },
            at,
            detail: row.rule,
        })
        .collect();
    happened(tx, &facts).await
}

/// A message that was taken back.
pub(crate) async fn cancelled(tx: &mut Tx, dispatch: DispatchId, seq: i64) -> Result<()> {
    if !is_heard(tx, dispatch).await? {
        return Ok(());
    }
    let fact = Fact {
        dispatch,
        seq,
        kind: EventType::Cancelled,
        at: tx.now(),
        detail: "recalled".to_owned(),
    };
    happened(tx, &[fact]).await
}

/// Writes events of messages that somebody wants to hear of.
///
/// Whoever writes events of a message holds its row until the commit: events of one message become visible in the order of their numbers,
/// also when two processes write them at once.
async fn happened(tx: &mut Tx, facts: &[Fact]) -> Result<()> {
    if facts.is_empty() {
        return Ok(());
    }
    let events: Vec<Uuid> = facts.iter().map(|_| tx.uuid()).collect();
    let dispatches: Vec<Uuid> = facts.iter().map(|it| it.dispatch.uuid()).collect();
    let seqs: Vec<i64> = facts.iter().map(|it| it.seq).collect();
    let kinds: Vec<String> = facts.iter().map(|it| it.kind.as_str().to_owned()).collect();
    let times: Vec<jiff_sqlx::Timestamp> = facts.iter().map(|it| ts(it.at)).collect();
    let details: Vec<String> = facts.iter().map(|it| cut(&it.detail, DETAIL)).collect();
    sqlx::query!(
        "with fact as materialized (
             select f.event_id, f.kind, f.at, f.detail, f.place, m.id as message_id, m.unit_id
             from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::timestamptz[], $6::text[]) with ordinality
                     as f (event_id, dispatch_id, seq, kind, at, detail, place)
                 join messages m on m.dispatch_id = f.dispatch_id and m.seq = f.seq
             order by m.id for no key update of m
         )
         insert into webhook_deliveries (endpoint_id, event_id, message_id, kind, at, detail, queued_at, next_at)
         select e.id, f.event_id, f.message_id, f.kind, f.at, f.detail, $7, $7
         from fact f join webhook_endpoints e on e.unit_id = f.unit_id and e.state <> 'disabled' and e.deleted_at is null
             and (cardinality(e.event_types) = 0 or f.kind = any (e.event_types))
         order by f.place, e.id",
        &events,
        &dispatches,
        &seqs,
        &kinds,
        &times as &[jiff_sqlx::Timestamp],
        &details,
        tx.now_sql() as _
    )
    .execute(tx.conn())
    .await?;
    wake(tx).await
}

/// Opens, clicks and what else was written to `events` a moment ago, under the events' own ids.
pub(crate) async fn hits(tx: &mut Tx, dispatches: &[Uuid], events: &[Uuid]) -> Result<()> {
    let mut dispatches = dispatches.to_vec();
    dispatches.sort_unstable();
    dispatches.dedup();
    let heard: Vec<Uuid> = heard(tx, &dispatches).await?.iter().map(|it| it.uuid()).collect();
    if heard.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "with fact as materialized (
             select v.id, v.kind, v.at, v.verdict, v.link, v.dispatch_id, v.seq, m.id as message_id, m.unit_id
             from events v join messages m on m.dispatch_id = v.dispatch_id and m.seq = v.seq
             where v.id = any ($1) and v.dispatch_id = any ($2) and v.kind in ('opened', 'clicked', 'bounced', 'complained', 'unsubscribed')
             order by m.id for no key update of m
         )
         insert into webhook_deliveries (endpoint_id, event_id, message_id, kind, at, detail, verdict, queued_at, next_at)
         select e.id, f.id, f.message_id, 'message.' || f.kind, f.at, left(coalesce(l.url, ''), 1000),
             case when f.kind in ('opened', 'clicked') then f.verdict end, $3, $3
         from fact f join webhook_endpoints e on e.unit_id = f.unit_id and e.state <> 'disabled' and e.deleted_at is null
                 and (cardinality(e.event_types) = 0 or 'message.' || f.kind = any (e.event_types))
             left join deliveries d on d.dispatch_id = f.dispatch_id and d.seq = f.seq
             left join dispatch_links l on l.dispatch_id = f.dispatch_id and l.number = f.link and l.language = d.language
         order by f.at, f.id, e.id",
        events,
        &heard,
        tx.now_sql() as _
    )
    .execute(tx.conn())
    .await?;
    wake(tx).await
}

/// Wakes the processes that post, at the commit.
pub(super) async fn wake(tx: &mut Tx) -> Result<()> {
    sqlx::query!("select pg_notify($1, '')", CHANNEL)
        .execute(tx.conn())
        .await?;
    Ok(())
}
