//! The report of one campaign.

use super::count;
use crate::access::ReadReports;
use crate::{Granted, Result, Tx};
use jiff_sqlx::Timestamp as SqlTimestamp;
use types::reports::{CampaignReport, ReportCounts, ReportHour, ReportLink, ReportReason};
use types::{CampaignId, DispatchId};

/// Links and reasons a report lists at the most; a message has far fewer links, and replies are grouped by their code.
const LINES: i64 = 200;

/// The report of a campaign of this unit; `None` when there is no such campaign or its sending has not begun.
///
/// # Errors
/// When the database cannot be asked.
pub async fn campaign(
    tx: &mut Tx,
    by: &Granted<ReadReports>,
    id: CampaignId,
) -> Result<Option<CampaignReport>> {
    let Some(row) = sqlx::query!(
        r#"select c.name, c.state, c.finished_at as "finished_at: SqlTimestamp", d.id as "dispatch: DispatchId",
                  coalesce(d.started_at, d.created_at) as "started_at!: SqlTimestamp",
                  d.audience, d.sent, d.failed, d.suppressed, d.cancelled, d.ambiguous
           from campaigns c join dispatches d on d.campaign_id = c.id
           where c.unit_id = $1 and d.unit_id = $1 and c.id = $2"#,
        by.unit().uuid(),
        id.uuid()
    )
    .fetch_optional(tx.conn())
    .await?
    else {
        return Ok(None);
    };
    let mut counts = ReportCounts {
        audience: count(row.audience),
        sent: count(row.sent),
        failed: count(row.failed),
        suppressed: count(row.suppressed),
        cancelled: count(row.cancelled),
        ambiguous: count(row.ambiguous),
        ..ReportCounts::default()
    };
    let hours = hours(tx, row.dispatch).await?;
    for hour in &hours {
        counts.opened += hour.opened;
        counts.opened_by_machine += hour.opened_by_machine;
        counts.clicked += hour.clicked;
        counts.clicked_by_machine += hour.clicked_by_machine;
        counts.unsubscribed += hour.unsubscribed;
    }
    let after = sqlx::query!(
        r#"select count(*) filter (where kind = 'bounced') as "bounced!", count(*) filter (where kind = 'complained') as "complained!"
           from delivery_firsts where dispatch_id = $1 and kind in ('bounced', 'complained')"#,
        row.dispatch.uuid()
    )
    .fetch_one(tx.conn())
    .await?;
    counts.bounced = count(after.bounced);
    counts.complained = count(after.complained);
    complete(&mut counts);
    Ok(Some(CampaignReport {
        campaign_id: id,
        name: row.name,
        state: row.state,
        started_at: Some(row.started_at.to_jiff()),
        finished_at: row.finished_at.map(SqlTimestamp::to_jiff),
        counts,
        hours,
        links: links(tx, row.dispatch).await?,
        reasons: reasons(tx, row.dispatch).await?,
    }))
}

/// What follows from the other figures.
pub(super) fn complete(counts: &mut ReportCounts) {
    let ended = counts.sent + counts.failed + counts.suppressed + counts.cancelled + counts.ambiguous;
    counts.pending = counts.audience.saturating_sub(ended);
    counts.delivered = counts.sent.saturating_sub(counts.bounced);
}

async fn hours(tx: &mut Tx, dispatch: DispatchId) -> Result<Vec<ReportHour>> {
    let rows = sqlx::query!(
        r#"select hour as "hour: SqlTimestamp", sent, opened_human, opened_machine, clicked_human, clicked_machine, unsubscribed
           from dispatch_hours where dispatch_id = $1 order by hour"#,
        dispatch.uuid()
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ReportHour {
            hour: row.hour.to_jiff(),
            sent: count(row.sent),
            opened: count(row.opened_human),
            opened_by_machine: count(row.opened_machine),
            clicked: count(row.clicked_human),
            clicked_by_machine: count(row.clicked_machine),
            unsubscribed: count(row.unsubscribed),
        })
        .collect())
}

/// Every link of the message, also those that nobody followed.
async fn links(tx: &mut Tx, dispatch: DispatchId) -> Result<Vec<ReportLink>> {
    let rows = sqlx::query!(
        r#"select l.url as "url!", max(l.label) as "label!",
                  coalesce(sum(n.clicks) filter (where n.verdict = 'human'), 0)::bigint as "clicks!",
                  coalesce(sum(n.clicks) filter (where n.verdict = 'machine'), 0)::bigint as "machine!"
           from dispatch_links l
           left join dispatch_link_counts n on n.dispatch_id = l.dispatch_id and n.language = l.language and n.link = l.number
           where l.dispatch_id = $1
           group by l.url order by 3 desc, min(l.number) limit $2"#,
        dispatch.uuid(),
        LINES
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ReportLink {
            url: row.url,
            label: row.label,
            clicks: count(row.clicks),
            clicks_by_machine: count(row.machine),
        })
        .collect())
}

async fn reasons(tx: &mut Tx, dispatch: DispatchId) -> Result<Vec<ReportReason>> {
    // The index leads to these outcomes without touching the many that were sent.
    let rows = sqlx::query!(
        r#"select outcome, rule, reply_code, max(reply) as "example!", count(*) as "count!"
           from outcomes where dispatch_id = $1 and outcome in ('failed', 'suppressed', 'cancelled', 'ambiguous')
           group by outcome, rule, reply_code order by count(*) desc, outcome, rule limit $2"#,
        dispatch.uuid(),
        LINES
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ReportReason {
            outcome: row.outcome,
            rule: row.rule,
            reply_code: row.reply_code,
            example: without_addresses(&row.example),
            count: count(row.count),
        })
        .collect())
}

/// A relay's reply without the addresses that it repeats: reports are for people who may not see contacts (law 10).
fn without_addresses(reply: &str) -> String {
    reply
        .split(' ')
        .map(|word| if word.contains('@') { "…" } else { word })
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::without_addresses;

    #[test]
    fn replies_name_nobody() {
        assert_eq!(
            without_addresses("550 5.1.1 <a@b.test>: no such user"),
            "550 5.1.1 … no such user"
        );
    }
}
