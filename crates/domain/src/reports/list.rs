//! All campaigns whose sending has begun, with their rates.

use super::count;
use crate::access::ReadReports;
use crate::{Granted, Result, Tx, audit::like, cursor};
use jiff::Timestamp;
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx as _};
use types::reports::{ReportCounts, ReportSummary};
use types::{CampaignId, Page, PageQuery, UnitId};
use uuid::Uuid;

/// Steps of a line's small course, and their length in hours.
const STEPS: usize = 8;
const STEP_HOURS: i64 = 6;

/// The unit's campaigns whose sending has begun, the last first, searched by name. Filter `state` as in `CampaignState`.
///
/// # Errors
/// A cursor that is none of ours.
pub async fn list(tx: &mut Tx, by: &Granted<ReadReports>, query: &PageQuery) -> Result<Page<ReportSummary>> {
    let total = if query.search.is_empty() && query.filters.is_empty() {
        Some(
            sqlx::query_scalar!(
                r#"select count(*) as "count!" from dispatches where unit_id = $1 and kind = 'campaign'"#,
                by.unit().uuid()
            )
            .fetch_one(tx.conn())
            .await?,
        )
    } else {
        None
    };
    let page = page(tx, by.unit(), query, None).await?;
    Ok(match total {
        Some(total) => page.with_total(total, false),
        None => page,
    })
}

/// These reports of the unit, in this order; what is not the unit's is left out.
///
/// # Errors
/// When the database cannot be asked.
pub async fn several(
    tx: &mut Tx,
    by: &Granted<ReadReports>,
    ids: &[CampaignId],
) -> Result<Vec<ReportSummary>> {
    let uuids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    let mut found = page(tx, by.unit(), &PageQuery::default(), Some(&uuids))
        .await?
        .items;
    found.sort_by_key(|report| ids.iter().position(|id| *id == report.campaign_id));
    Ok(found)
}

/// One page of all, or of those with these ids.
pub(super) async fn page(
    tx: &mut Tx,
    unit: UnitId,
    query: &PageQuery,
    ids: Option<&[Uuid]>,
) -> Result<Page<ReportSummary>> {
    let after: Option<(Timestamp, Uuid)> = cursor::decode(query.after.as_deref())?;
    let limit = query.limit();
    let pattern = format!("%{}%", like(&query.search.to_lowercase()));
    let rows = sqlx::query!(
        r#"select c.id as "id: CampaignId", c.name, c.state, d.id as dispatch,
                  d.created_at as "created_at: SqlTimestamp", coalesce(d.started_at, d.created_at) as "started_at!: SqlTimestamp",
                  d.audience, d.sent, d.failed, d.suppressed, d.cancelled, d.ambiguous,
                  h.opened as "opened!", h.opened_machine as "opened_machine!", h.clicked as "clicked!",
                  h.clicked_machine as "clicked_machine!", h.unsubscribed as "unsubscribed!",
                  f.bounced as "bounced!", f.complained as "complained!"
           from dispatches d
           join campaigns c on c.id = d.campaign_id
           cross join lateral (
               select coalesce(sum(opened_human), 0)::bigint as opened, coalesce(sum(opened_machine), 0)::bigint as opened_machine,
                      coalesce(sum(clicked_human), 0)::bigint as clicked, coalesce(sum(clicked_machine), 0)::bigint as clicked_machine,
                      coalesce(sum(unsubscribed), 0)::bigint as unsubscribed
               from dispatch_hours where dispatch_id = d.id) h
           cross join lateral (
               select count(*) filter (where kind = 'bounced') as bounced, count(*) filter (where kind = 'complained') as complained
               from delivery_firsts where dispatch_id = d.id and kind in ('bounced', 'complained')) f
           where d.unit_id = $1 and c.unit_id = $1 and d.kind = 'campaign'
             and ($2 = '%%' or lower(c.name) like $2)
             and ($3::text is null or c.state = $3)
             and ($4::timestamptz is null or (d.created_at, d.id) < ($4, $5))
             and ($7::uuid[] is null or c.id = any ($7))
           order by d.created_at desc, d.id desc
           limit $6"#,
        unit.uuid(),
        pattern,
        query.filters.get("state"),
        after.map(|(at, _)| at.to_sqlx()) as _,
        after.map(|(_, id)| id),
        limit + 1,
        ids as Option<&[Uuid]>
    )
    .fetch_all(tx.conn())
    .await?;
    let page = Page::from_rows(rows, limit, |row| {
        cursor::encode(&(row.created_at.to_jiff(), row.dispatch))
    });
    let ids: Vec<Uuid> = page.items.iter().map(|row| row.dispatch).collect();
    let mut courses = courses(tx, &ids).await?;
    Ok(page.map(|row| {
        let mut counts = ReportCounts {
            audience: count(row.audience),
            sent: count(row.sent),
            failed: count(row.failed),
            suppressed: count(row.suppressed),
            cancelled: count(row.cancelled),
            ambiguous: count(row.ambiguous),
            opened: count(row.opened),
            opened_by_machine: count(row.opened_machine),
            clicked: count(row.clicked),
            clicked_by_machine: count(row.clicked_machine),
            unsubscribed: count(row.unsubscribed),
            bounced: count(row.bounced),
            complained: count(row.complained),
            ..ReportCounts::default()
        };
        super::campaign::complete(&mut counts);
        ReportSummary {
            campaign_id: row.id,
            name: row.name,
            state: row.state,
            started_at: row.started_at.to_jiff(),
            counts,
            course: courses.remove(&row.dispatch).unwrap_or_else(|| vec![0; STEPS]),
        }
    }))
}

/// First opens by people in the first two days of each dispatch, in steps.
async fn courses(tx: &mut Tx, dispatches: &[Uuid]) -> Result<std::collections::HashMap<Uuid, Vec<u64>>> {
    let rows = sqlx::query!(
        r#"select h.dispatch_id, (extract(epoch from h.hour - date_trunc('hour', coalesce(d.started_at, d.created_at), 'UTC')) / 3600)::bigint / $2 as "step!",
                  sum(h.opened_human)::bigint as "opened!"
           from dispatch_hours h join dispatches d on d.id = h.dispatch_id
           where h.dispatch_id = any ($1)
             and h.hour >= date_trunc('hour', coalesce(d.started_at, d.created_at), 'UTC')
             and h.hour < date_trunc('hour', coalesce(d.started_at, d.created_at), 'UTC') + make_interval(hours => $3)
           group by 1, 2"#,
        dispatches,
        STEP_HOURS,
        i32::try_from(STEPS).unwrap_or(0) * i32::try_from(STEP_HOURS).unwrap_or(0)
    )
    .fetch_all(tx.conn())
    .await?;
    let mut courses = std::collections::HashMap::new();
    for row in rows {
        let steps = courses.entry(row.dispatch_id).or_insert_with(|| vec![0; STEPS]);
        if let Some(step) = usize::try_from(row.step).ok().and_then(|at| steps.get_mut(at)) {
            *step = count(row.opened);
        }
    }
    Ok(courses)
}
