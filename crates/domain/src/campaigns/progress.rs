use crate::access::ReadCampaigns;
use crate::{Granted, Result, Tx};
use jiff::{SignedDuration, Timestamp};
use types::CampaignId;
use types::campaigns::CampaignProgress;

/// How far the sending is: sums kept by the engine, no scan of the ledger. `None` where the unit has no such campaign.
///
/// # Errors
/// When the database cannot be asked.
pub async fn progress(
    tx: &mut Tx,
    by: &Granted<ReadCampaigns>,
    id: CampaignId,
) -> Result<Option<CampaignProgress>> {
    let Some(row) = sqlx::query!(
        r#"select c.state, c.started_at, c.finished_at, d.state as "dispatch?", d.stopped_reason as "stopped_reason?",
                  d.throttle_per_hour as "throttle_per_hour?", coalesce(d.audience, 0) as "audience!", coalesce(k.sent, d.sent, 0) as "sent!",
                  coalesce(k.failed, d.failed, 0) as "failed!", coalesce(k.suppressed, d.suppressed, 0) as "suppressed!",
                  coalesce(k.cancelled, d.cancelled, 0) as "cancelled!", coalesce(k.ambiguous, d.ambiguous, 0) as "ambiguous!",
                  (select count(*) from deferrals f where f.dispatch_id = d.id) as "deferred!"
           from campaigns c
           left join dispatches d on d.campaign_id = c.id
           -- The chunks' own counters are a moment ahead of their sum.
           left join lateral (
               select sum(k.sent)::bigint as sent, sum(k.failed)::bigint as failed, sum(k.suppressed)::bigint as suppressed,
                      sum(k.cancelled)::bigint as cancelled, sum(k.ambiguous)::bigint as ambiguous
               from dispatch_chunks k where k.dispatch_id = d.id and d.finished_at is null
           ) k on true
           where c.id = $1 and c.unit_id = $2"#,
        id.uuid(),
        by.unit().uuid(),
    )
    .fetch_optional(tx.conn())
    .await?
    else {
        return Ok(None);
    };
    let jiff = jiff_sqlx::Timestamp::to_jiff;
    let mut progress = CampaignProgress {
        state: super::draft::state(&row.state)?,
        expanding: row.dispatch.as_deref() == Some("expanding"),
        stopped_reason: row.stopped_reason,
        audience: row.audience,
        sent: row.sent,
        failed: row.failed,
        suppressed: row.suppressed,
        cancelled: row.cancelled,
        ambiguous: row.ambiguous,
        deferred: row.deferred,
        throttle_per_hour: row.throttle_per_hour.filter(|it| *it > 0),
        per_second: 0.0,
        seconds_left: None,
        started_at: row.started_at.map(jiff),
        finished_at: row.finished_at.map(jiff),
    };
    if let Some(started) = progress.started_at {
        let end = progress.finished_at.unwrap_or_else(|| tx.now());
        let handed = progress.sent + progress.failed + progress.ambiguous;
        progress.per_second = rate(handed, started, end);
        progress.seconds_left = left(progress.audience - progress.done(), progress.per_second);
    }
    Ok(Some(progress))
}

/// Per second on average; a first second counts as whole.
#[expect(
    clippy::cast_precision_loss,
    reason = "a rate for people; audiences are far below 2^52"
)]
fn rate(done: i64, from: Timestamp, to: Timestamp) -> f64 {
    let seconds = to
        .duration_since(from)
        .max(SignedDuration::from_secs(1))
        .as_secs_f64();
    done as f64 / seconds
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "an estimate for people"
)]
fn left(open: i64, per_second: f64) -> Option<i64> {
    (open > 0 && per_second > 0.0).then(|| (open as f64 / per_second).ceil() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_left_needs_a_rate() {
        assert_eq!(left(100, 0.0), None);
        assert_eq!(left(0, 5.0), None);
        assert_eq!(left(101, 10.0), Some(11));
        let start = Timestamp::UNIX_EPOCH;
        assert!((rate(50, start, start) - 50.0).abs() < 1e-9);
        assert!((rate(50, start, start + SignedDuration::from_secs(10)) - 5.0).abs() < 1e-9);
    }
}
