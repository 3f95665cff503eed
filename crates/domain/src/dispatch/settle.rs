//! The bookkeeping of running dispatches, a few times a second on any node: adding up, writing off what was cancelled, ending
//! what is complete, stopping what lost its seal. Set-based, over active dispatches only.

use super::state::{Command, DispatchState, Lane, transition};
use crate::{
    Domain, Error, Result, Tx,
    access::{ControlSending, System},
    approvals::notify,
    audit::{self, Object},
    webhooks,
};
use serde_json::json;
use types::{CampaignId, Code, DispatchId, UnitId};
use uuid::Uuid;

/// One key for the advisory lock: one node settles at a time, the others skip their turn.
const LOCK: i64 = 0x6361_6d70_7365_7474;

/// A dispatch that is not over.
#[derive(Clone, Debug, PartialEq)]
pub struct Active {
    /// Which.
    pub id: DispatchId,
    /// Whose connections it uses.
    pub lane: Lane,
    /// Whether it may go on.
    pub state: DispatchState,
    /// Messages an hour over all processes; none: as fast as the relay takes them.
    pub throttle_per_hour: Option<i32>,
}

/// Which dispatches run, and whether they may go on: workers ask this several times a second, so that a pause takes effect
/// within one.
///
/// # Errors
/// When the database cannot be asked.
pub async fn active(domain: &Domain) -> Result<Vec<Active>> {
    let rows = sqlx::query!(
        r#"select id as "id: DispatchId", lane, state, throttle_per_hour from dispatches
           where state in ('expanding', 'sending', 'paused', 'cancelling') order by created_at, id"#
    )
    .fetch_all(domain.pool())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Active {
                id: row.id,
                lane: row.lane.parse()?,
                state: row.state.parse()?,
                throttle_per_hour: row.throttle_per_hour.filter(|it| *it > 0),
            })
        })
        .collect()
}

/// Notes why a running dispatch stands still (`relay_unreachable`, …), or that it no longer does.
///
/// # Errors
/// When the database cannot be asked.
pub async fn note_trouble(domain: &Domain, dispatch: DispatchId, reason: Option<&str>) -> Result<()> {
    sqlx::query!(
        "update dispatches set stopped_reason = $2 where id = $1 and state in ('sending', 'paused') and stopped_reason is distinct from $2",
        dispatch.uuid(),
        reason
    )
    .execute(domain.pool())
    .await?;
    Ok(())
}

/// One round. Does nothing while another node is at it. `host`: whose lost workers are settled by their journals, not here.
///
/// # Errors
/// When the database cannot be asked.
pub async fn settle(domain: &Domain, host: Uuid) -> Result<()> {
    let mut tx = domain.begin().await?;
    let mine = sqlx::query_scalar!("select pg_try_advisory_xact_lock($1)", LOCK)
        .fetch_one(tx.conn())
        .await?;
    if mine != Some(true) {
        return Ok(());
    }
    break_seals(&mut tx).await?;
    write_off(&mut tx, host).await?;
    fold(&mut tx).await?;
    add_up(&mut tx).await?;
    let complete = sqlx::query_scalar!(
        r#"select d.id as "id: DispatchId" from dispatches d
           where (d.state = 'cancelling' or (d.kind = 'campaign' and d.state in ('sending', 'paused')))
             and not exists (select from dispatch_chunks c where c.dispatch_id = d.id and c.state <> 'done')"#
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    // Each by itself: campaigns are locked before their dispatches, as by those who pause and cancel, and this transaction
    // already holds dispatches.
    for dispatch in complete {
        let mut tx = domain.begin().await?;
        end(&mut tx, dispatch).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Law 2: a running dispatch whose campaign no longer is what was approved stops, whoever changed it and however. Its author
/// is told.
async fn break_seals(tx: &mut Tx) -> Result<()> {
    let broken = sqlx::query!(
        r#"update dispatches d set state = 'cancelling', stopped_reason = 'seal_broken'
           where d.state in ('sending', 'paused') and d.campaign_id is not null
             and not exists (
                 select from campaigns k join campaign_revisions r on r.id = k.current_revision_id
                     join reviews v on v.revision_id = r.id and v.state = 'approved' and v.seal = r.seal
                 where k.id = d.campaign_id and k.state in ('sending', 'paused', 'cancelled') and r.id = d.revision_id)
           returning d.id as "id: DispatchId", d.unit_id as "unit: UnitId", d.campaign_id as "campaign!: CampaignId",
               (select name from campaigns k where k.id = d.campaign_id) as "name!""#
    )
    .fetch_all(tx.conn())
    .await?;
    for row in broken {
        let by = System.grant::<ControlSending>(row.unit);
        audit::record(
            tx,
            &by,
            "dispatch.seal_broken",
            Object::new("dispatch", row.id.uuid(), &row.name),
            json!({"campaign": row.campaign}),
        )
        .await?;
        notify::stopped(tx, row.unit, row.campaign, &row.name, Code::SealBroken).await?;
    }
    Ok(())
}

/// Whoever has no outcome in a cancelled dispatch gets one, chunk by chunk, except in chunks still in a worker's hands:
/// those follow when they are given back or their lease ends.
async fn write_off(tx: &mut Tx, host: Uuid) -> Result<()> {
    let chunks = sqlx::query!(
        r#"select c.dispatch_id as "dispatch: Uuid", c.chunk, c.first_seq, c.last_seq,
                  case when d.lane = 'transactional' then null else c.handed_to end as "handed_to?", c.handed_at as "handed_at: jiff_sqlx::Timestamp",
                  case when d.stopped_reason = 'seal_broken' then 'seal_broken' else 'cancelled' end as "rule!"
           from dispatches d join dispatch_chunks c on c.dispatch_id = d.id
           where d.state = 'cancelling' and (c.state = 'waiting' or (c.state = 'leased' and c.leased_until < clock_timestamp()
             and not exists (select from workers o where o.id = c.leased_by and o.host = $1)))
           for update of c skip locked"#,
        host
    )
    .fetch_all(tx.conn())
    .await?;
    for chunk in chunks {
        sqlx::query!(
            "with open as (
                 select d.seq, d.seq <= coalesce($5::bigint, 0) and (x.next_at is null or x.next_at <= $6::timestamptz) as lost, coalesce(x.attempts, 0) as attempts
                 from deliveries d
                     left join lateral (select f.attempts, f.next_at from deferrals f where f.dispatch_id = $1 and f.seq = d.seq offset 0) x on true
                     left join lateral (select true as there from outcomes e where e.dispatch_id = $1 and e.seq = d.seq offset 0) o on true
                 where d.dispatch_id = $1 and d.seq between $3 and $4 and o.there is null
             ), written as (
                 insert into outcomes (dispatch_id, seq, outcome, rule, attempts, at)
                 select $1, seq, case when lost then 'ambiguous' else 'cancelled' end, case when lost then 'worker_lost' else $7 end, attempts, $8
                 from open
             ), gone as (
                 delete from deferrals x using open where x.dispatch_id = $1 and x.seq = open.seq
             )
             update dispatch_chunks c set state = 'done', leased_by = null, leased_until = null, handed_to = null, handed_at = null,
                 cancelled = c.cancelled + (select count(*) from open where not lost),
                 ambiguous = c.ambiguous + (select count(*) from open where lost)
             where c.dispatch_id = $1 and c.chunk = $2",
            chunk.dispatch,
            chunk.chunk,
            chunk.first_seq,
            chunk.last_seq,
            chunk.handed_to,
            chunk.handed_at as _,
            chunk.rule,
            tx.now_sql() as _
        )
        .execute(tx.conn())
        .await?;
        let now = tx.now();
        webhooks::written_off(tx, chunk.dispatch.into(), chunk.first_seq, chunk.last_seq, now).await?;
    }
    Ok(())
}

/// Chunks of triggered messages that are done: one each, and nobody asks for them again. Their counts go to chunk -1.
async fn fold(tx: &mut Tx) -> Result<()> {
    sqlx::query!(
        "with done as (
             delete from dispatch_chunks c using dispatches d
             where d.id = c.dispatch_id and d.kind = 'message' and d.state in ('sending', 'paused', 'cancelling') and c.state = 'done' and c.chunk <> -1
             returning c.dispatch_id, c.sent, c.failed, c.suppressed, c.cancelled, c.ambiguous
         )
         insert into dispatch_chunks as k (dispatch_id, chunk, first_seq, last_seq, state, due_at, sent, failed, suppressed, cancelled, ambiguous)
         select dispatch_id, -1, 0, 0, 'done', $1, sum(sent)::bigint, sum(failed)::bigint, sum(suppressed)::bigint, sum(cancelled)::bigint, sum(ambiguous)::bigint
         from done group by dispatch_id
         on conflict (dispatch_id, chunk) do update set sent = k.sent + excluded.sent, failed = k.failed + excluded.failed,
             suppressed = k.suppressed + excluded.suppressed, cancelled = k.cancelled + excluded.cancelled, ambiguous = k.ambiguous + excluded.ambiguous",
        tx.now_sql() as _
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Counters of running dispatches from their chunks, and the course over time. What moves no longer stands still, whichever
/// node had noted that it did and may be gone.
async fn add_up(tx: &mut Tx) -> Result<()> {
    sqlx::query!(
        "update dispatches d set audience = case d.kind when 'message' then c.sent + c.failed + c.suppressed + c.cancelled + c.ambiguous + c.open else d.audience end,
             sent = c.sent, failed = c.failed, suppressed = c.suppressed, cancelled = c.cancelled, ambiguous = c.ambiguous,
             stopped_reason = case when c.sent + c.failed > d.sent + d.failed and d.stopped_reason not in ('seal_broken', 'ledger_unbalanced')
                                   then null else d.stopped_reason end
         from (select c.dispatch_id, sum(c.sent)::bigint as sent, sum(c.failed)::bigint as failed, sum(c.suppressed)::bigint as suppressed,
                   sum(c.cancelled)::bigint as cancelled, sum(c.ambiguous)::bigint as ambiguous,
                   count(*) filter (where c.state <> 'done') as open
               from dispatch_chunks c join dispatches a on a.id = c.dispatch_id
               where a.state in ('sending', 'paused', 'cancelling') group by c.dispatch_id) c
         where c.dispatch_id = d.id and (d.sent, d.failed, d.suppressed, d.cancelled, d.ambiguous, d.audience)
             is distinct from (c.sent, c.failed, c.suppressed, c.cancelled, c.ambiguous,
                 case d.kind when 'message' then c.sent + c.failed + c.suppressed + c.cancelled + c.ambiguous + c.open else d.audience end)"
    )
    .execute(tx.conn())
    .await?;
    // What was sent since the last round counts for this hour; the end of the dispatch puts it exactly.
    sqlx::query!(
        "insert into dispatch_hours (dispatch_id, hour, sent)
         select d.id, date_trunc('hour', $1::timestamptz), d.sent - coalesce(h.sent, 0)
         from dispatches d
         left join (select dispatch_id, sum(sent)::bigint as sent from dispatch_hours group by dispatch_id) h on h.dispatch_id = d.id
         where d.state in ('sending', 'paused', 'cancelling') and d.sent > coalesce(h.sent, 0)
         on conflict (dispatch_id, hour) do update set sent = dispatch_hours.sent + excluded.sent",
        tx.now_sql() as _
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Ends a dispatch all of whose chunks are done, with the counts of the ledger itself. If they do not account for everyone,
/// it is not ended but says so: law 1 is checked, not assumed.
async fn end(tx: &mut Tx, dispatch: DispatchId) -> Result<()> {
    sqlx::query!(
        "select id from campaigns where id = (select campaign_id from dispatches where id = $1) for update",
        dispatch.uuid()
    )
    .fetch_optional(tx.conn())
    .await?;
    let row = sqlx::query!(
        r#"select d.state, d.stopped_reason, d.unit_id as "unit: UnitId", d.campaign_id, d.audience,
                  (select count(*) from deliveries l where l.dispatch_id = d.id) as "lines!",
                  o.sent as "sent!", o.failed as "failed!", o.suppressed as "suppressed!", o.cancelled as "cancelled!", o.ambiguous as "ambiguous!"
           from dispatches d, lateral (
               select count(*) filter (where outcome = 'sent') as sent, count(*) filter (where outcome = 'failed') as failed,
                   count(*) filter (where outcome = 'suppressed') as suppressed, count(*) filter (where outcome = 'cancelled') as cancelled,
                   count(*) filter (where outcome = 'ambiguous') as ambiguous
               from outcomes where dispatch_id = d.id) o
           where d.id = $1 for update of d"#,
        dispatch.uuid()
    )
    .fetch_one(tx.conn())
    .await?;
    // Another node was quicker.
    if matches!(row.state.parse()?, DispatchState::Done | DispatchState::Stopped) {
        return Ok(());
    }
    let accounted = row.sent + row.failed + row.suppressed + row.cancelled + row.ambiguous;
    if accounted != row.audience || row.lines != row.audience {
        tracing::error!(%dispatch, audience = row.audience, lines = row.lines, accounted, "the ledger does not balance");
        sqlx::query!(
            "update dispatches set stopped_reason = 'ledger_unbalanced' where id = $1",
            dispatch.uuid()
        )
        .execute(tx.conn())
        .await?;
        return Ok(());
    }
    let broken = row.stopped_reason.as_deref() == Some("seal_broken");
    let command = if broken {
        Command::CompleteBroken
    } else {
        Command::Complete
    };
    let next =
        transition(row.state.parse()?, command).ok_or_else(|| Error::broken("a dispatch that cannot end"))?;
    sqlx::query!(
        "update dispatches set state = $2, finished_at = $3, stopped_reason = case when $4 then stopped_reason end,
             sent = $5, failed = $6, suppressed = $7, cancelled = $8, ambiguous = $9 where id = $1",
        dispatch.uuid(),
        next.as_str(),
        tx.now_sql() as _,
        broken,
        row.sent,
        row.failed,
        row.suppressed,
        row.cancelled,
        row.ambiguous
    )
    .execute(tx.conn())
    .await?;
    exact_hours(tx, dispatch).await?;
    let name = end_campaign(tx, row.campaign_id).await?;
    let by = System.grant::<ControlSending>(row.unit);
    let detail = json!({"sent": row.sent, "failed": row.failed, "suppressed": row.suppressed, "cancelled": row.cancelled, "ambiguous": row.ambiguous});
    audit::record(
        tx,
        &by,
        "dispatch.finished",
        Object::new("dispatch", dispatch.uuid(), &name),
        detail,
    )
    .await
}

async fn exact_hours(tx: &mut Tx, dispatch: DispatchId) -> Result<()> {
    sqlx::query!(
        "update dispatch_hours set sent = 0 where dispatch_id = $1",
        dispatch.uuid()
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "insert into dispatch_hours (dispatch_id, hour, sent)
         select dispatch_id, date_trunc('hour', at), count(*) from outcomes where dispatch_id = $1 and outcome = 'sent' group by 1, 2
         on conflict (dispatch_id, hour) do update set sent = excluded.sent",
        dispatch.uuid()
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The campaign of a complete dispatch is finished, unless it was cancelled. Its name, for the log.
async fn end_campaign(tx: &mut Tx, campaign: Option<Uuid>) -> Result<String> {
    let name = sqlx::query_scalar!(
        "update campaigns set finished_at = coalesce(finished_at, $2), state = case when state in ('sending', 'paused') then 'finished' else state end
         where id = $1 returning name",
        campaign,
        tx.now_sql() as _
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(name.unwrap_or_default())
}
