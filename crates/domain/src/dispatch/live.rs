//! What every sending process says of itself, and what runs now in the whole installation.

use crate::{Error, Granted, Result, Tx, access::ManageSystem};
use jiff::SignedDuration;
use types::engine::WorkerStatus;
use types::live::{LiveWorker, RunningDispatch};
use types::{CampaignId, DispatchId};

/// The sending processes with their last reports, the longest running first; also those that fell silent and were not struck
/// off yet.
///
/// # Errors
/// When the database cannot be asked.
pub async fn live(tx: &mut Tx, _by: &Granted<ManageSystem>) -> Result<Vec<LiveWorker>> {
    let rows = sqlx::query!(
        r#"select id, name, started_at, seen_at, status,
                  extract(epoch from clock_timestamp() - seen_at)::float8 as "silent_seconds!"
           from workers order by started_at, id"#
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| LiveWorker {
            id: row.id,
            name: row.name,
            started_at: row.started_at.to_jiff(),
            seen_at: row.seen_at.to_jiff(),
            silent_seconds: row.silent_seconds.max(0.0),
            // Of another version, in the middle of an upgrade: that it lives is worth showing all the same.
            status: serde_json::from_value::<WorkerStatus>(row.status).unwrap_or_default(),
        })
        .collect())
}

/// The dispatches of all units that are not over, the oldest first. Those that stand for single messages are among them while they
/// have something to send.
///
/// # Errors
/// When the database cannot be asked.
pub async fn running(tx: &mut Tx, _by: &Granted<ManageSystem>) -> Result<Vec<RunningDispatch>> {
    let rows = sqlx::query!(
        r#"select d.id as "id: DispatchId", u.key as unit, u.name as unit_name, d.campaign_id as "campaign?: CampaignId",
                  c.name as "name?", d.lane, d.state, d.stopped_reason, d.throttle_per_hour, d.started_at,
                  greatest(d.audience, k.people) as "audience!", k.done as "done!", k.handed as "handed!"
           from dispatches d
           join units u on u.id = d.unit_id
           left join campaigns c on c.id = d.campaign_id
           -- The chunks' own counters are a moment ahead of their sum.
           cross join lateral (
               select coalesce(sum(k.sent + k.failed + k.suppressed + k.cancelled + k.ambiguous), 0)::bigint as done,
                      coalesce(sum(k.sent + k.failed + k.ambiguous), 0)::bigint as handed,
                      coalesce(sum(k.last_seq - k.first_seq + 1) filter (where k.chunk >= 0 and k.state <> 'done'), 0)::bigint as people
               from dispatch_chunks k where k.dispatch_id = d.id
           ) k
           where d.state in ('expanding', 'sending', 'paused', 'cancelling')
             and (d.kind <> 'message' or exists (
                 select from dispatch_chunks w where w.dispatch_id = d.id and w.state <> 'done'))
           order by d.created_at, d.id"#
    )
    .fetch_all(tx.conn())
    .await?;
    let now = tx.now();
    rows.into_iter()
        .map(|row| {
            let started_at = row.started_at.map(jiff_sqlx::Timestamp::to_jiff);
            let per_second = started_at.map_or(0.0, |started| {
                let seconds = now.duration_since(started).max(SignedDuration::from_secs(1));
                rate(row.handed, seconds)
            });
            Ok(RunningDispatch {
                id: row.id,
                unit: row.unit,
                unit_name: row.unit_name,
                campaign: row.campaign,
                name: row.name,
                lane: row.lane,
                state: row.state,
                stopped_reason: row.stopped_reason,
                audience: row.audience,
                done: row.done,
                per_second,
                throttle_per_hour: row.throttle_per_hour.filter(|it| *it > 0),
                started_at,
            })
        })
        .collect::<Result<_, Error>>()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a rate for people; audiences are far below 2^52"
)]
fn rate(handed: i64, time: SignedDuration) -> f64 {
    handed as f64 / time.as_secs_f64()
}
