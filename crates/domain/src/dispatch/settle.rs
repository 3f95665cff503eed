//! The bookkeeping of running dispatches, a few times a second on any node: adding up, writing off what was cancelled, ending
//! what is complete, stopping what lost its seal. Set-based, over active dispatches only.

use super::state::{Command, DispatchState, Lane, transition};
use crate::{
    Domain, Error, Result, Tx,
    access::{ControlSending, System},
    approvals::notify,
    audit::{self, Object},
};
use serde_json::json;
use types::{CampaignId, Code, DispatchId, UnitId};
use uuid::Uuid;

/// One key for the advisory lock: one node settles at a time, the others skip their turn.
const LOCK: i64 = 0x6361_6d70_7365_7474;

/// Which dispatches run, and whether they may go on: workers ask this several times a second, so that a pause takes effect
/// within one.
///
/// # Errors
/// When the database cannot be asked.
pub async fn active(domain: &Domain) -> Result<Vec<(DispatchId, Lane, DispatchState)>> {
    let rows = sqlx::query!(
        r#"select id as "id: DispatchId", lane, state from dispatches where state in ('expanding', 'sending', 'paused', 'cancelling')"#
    )
    .fetch_all(domain.pool())
    .await?;
    rows.into_iter()
        .map(|row| Ok((row.id, row.lane.parse()?, row.state.parse()?)))
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

/// One round. Does nothing while another node is at it.
///
/// # Errors
/// When the database cannot be asked.
pub async fn settle(domain: &Domain) -> Result<()> {
    let mut tx = domain.begin().await?;
    let mine = sqlx::query_scalar!("select pg_try_advisory_xact_lock($1)", LOCK)
        .fetch_one(tx.conn())
        .await?;
    if mine != Some(true) {
        return Ok(());
    }
    break_seals(&mut tx).await?;
    write_off(&mut tx).await?;
    add_up(&mut tx).await?;
    let complete = sqlx::query_scalar!(
        r#"select d.id as "id: DispatchId" from dispatches d
           where d.state in ('sending', 'paused', 'cancelling')
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
async fn write_off(tx: &mut Tx) -> Result<()> {
    let chunks = sqlx::query!(
        r#"select c.dispatch_id as "dispatch: Uuid", c.chunk, c.in_flight, case when d.stopped_reason = 'seal_broken' then 'seal_broken' else 'cancelled' end as "rule!"
           from dispatch_chunks c join dispatches d on d.id = c.dispatch_id
           where d.state = 'cancelling' and c.state <> 'done' and (c.leased_until is null or c.leased_until < $1)
           for update of c skip locked"#,
        tx.now_sql() as _
    )
    .fetch_all(tx.conn())
    .await?;
    for chunk in chunks {
        sqlx::query!(
            "with open as (
                 select d.seq, d.seq = any ($3) as lost, coalesce(x.attempts, 0) as attempts
                 from deliveries d left join deferrals x on x.dispatch_id = d.dispatch_id and x.seq = d.seq
                 where d.dispatch_id = $1 and d.chunk = $2
                   and not exists (select from outcomes o where o.dispatch_id = d.dispatch_id and o.seq = d.seq)
             ), written as (
                 insert into outcomes (dispatch_id, seq, outcome, rule, attempts, at)
                 select $1, seq, case when lost then 'ambiguous' else 'cancelled' end, case when lost then 'worker_lost' else $4 end, attempts, $5
                 from open
             ), gone as (
                 delete from deferrals x using open where x.dispatch_id = $1 and x.seq = open.seq
             )
             update dispatch_chunks c set state = 'done', leased_by = null, leased_until = null, in_flight = '{}',
                 cancelled = c.cancelled + (select count(*) from open where not lost),
                 ambiguous = c.ambiguous + (select count(*) from open where lost)
             where c.dispatch_id = $1 and c.chunk = $2",
            chunk.dispatch,
            chunk.chunk,
            &chunk.in_flight,
            chunk.rule,
            tx.now_sql() as _
        )
        .execute(tx.conn())
        .await?;
    }
    Ok(())
}

/// Counters of running dispatches from their chunks, and the course over time. What moves no longer stands still, whichever
/// node had noted that it did and may be gone.
async fn add_up(tx: &mut Tx) -> Result<()> {
    sqlx::query!(
        "update dispatches d set sent = c.sent, failed = c.failed, suppressed = c.suppressed, cancelled = c.cancelled, ambiguous = c.ambiguous,
             stopped_reason = case when c.sent + c.failed > d.sent + d.failed and d.stopped_reason not in ('seal_broken', 'ledger_unbalanced')
                                   then null else d.stopped_reason end
         from (select c.dispatch_id, sum(c.sent)::bigint as sent, sum(c.failed)::bigint as failed, sum(c.suppressed)::bigint as suppressed,
                   sum(c.cancelled)::bigint as cancelled, sum(c.ambiguous)::bigint as ambiguous
               from dispatch_chunks c join dispatches a on a.id = c.dispatch_id
               where a.state in ('sending', 'paused', 'cancelling') group by c.dispatch_id) c
         where c.dispatch_id = d.id and (d.sent, d.failed, d.suppressed, d.cancelled, d.ambiguous)
             is distinct from (c.sent, c.failed, c.suppressed, c.cancelled, c.ambiguous)"
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
