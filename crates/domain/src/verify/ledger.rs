//! Law 1: the ledger balances, recipient by recipient.

use super::Check;
use crate::{Domain, Result};
use types::DispatchId;

/// Findings are told one by one up to this many; beyond, their number says enough.
pub(super) const TOLD: i64 = 20;

pub(super) async fn checks(domain: &Domain) -> Result<Vec<Check>> {
    Ok(vec![
        balance(domain).await?,
        missing(domain).await?,
        strays(domain).await?,
    ])
}

/// The counters of each dispatch against its lines. While it goes on, the chunks count: those of the dispatch follow them.
async fn balance(domain: &Domain) -> Result<Check> {
    let mut tx = domain.begin().await?;
    let examined = sqlx::query_scalar!(r#"select count(*) as "count!" from dispatches"#)
        .fetch_one(tx.conn())
        .await?;
    let wrong = sqlx::query!(
        r#"select d.id as "id: DispatchId", d.state, d.audience, l.lines as "lines!",
                  k.sent + k.failed + k.suppressed + k.cancelled + k.ambiguous as "counted!", o.outcomes as "outcomes!"
           from dispatches d
           cross join lateral (select count(*) as lines from deliveries where dispatch_id = d.id) l
           cross join lateral (
               select count(*) as outcomes,
                      count(*) filter (where outcome = 'sent') as sent, count(*) filter (where outcome = 'failed') as failed,
                      count(*) filter (where outcome = 'suppressed') as suppressed,
                      count(*) filter (where outcome = 'cancelled') as cancelled,
                      count(*) filter (where outcome = 'ambiguous') as ambiguous
               from outcomes where dispatch_id = d.id
           ) o
           cross join lateral (
               select coalesce(sum(c.sent), 0)::bigint as sent, coalesce(sum(c.failed), 0)::bigint as failed,
                      coalesce(sum(c.suppressed), 0)::bigint as suppressed, coalesce(sum(c.cancelled), 0)::bigint as cancelled,
                      coalesce(sum(c.ambiguous), 0)::bigint as ambiguous
               from (
                   select d.sent, d.failed, d.suppressed, d.cancelled, d.ambiguous where d.state in ('done', 'stopped')
                   union all
                   select sent, failed, suppressed, cancelled, ambiguous from dispatch_chunks
                   where dispatch_id = d.id and d.state not in ('done', 'stopped')
               ) c
           ) k
           where ledger_attached(d.id) and ((d.state <> 'expanding' and (d.kind = 'campaign' or d.state in ('done', 'stopped')) and d.audience <> l.lines)
              or (k.sent, k.failed, k.suppressed, k.cancelled, k.ambiguous)
                 is distinct from (o.sent, o.failed, o.suppressed, o.cancelled, o.ambiguous)
              or (d.state in ('done', 'stopped') and o.outcomes <> d.audience))
           order by d.id limit $1"#,
        TOLD
    )
    .fetch_all(tx.conn())
    .await?;
    let findings = wrong
        .into_iter()
        .map(|row| {
            format!(
                "dispatch {} ({}): audience {}, lines {}, outcomes counted {}, outcomes kept {}",
                row.id, row.state, row.audience, row.lines, row.counted, row.outcomes
            )
        })
        .collect();
    Ok(Check {
        name: "ledger balances",
        examined: examined.unsigned_abs(),
        findings,
    })
}

/// Recipients of finished dispatches without an outcome.
async fn missing(domain: &Domain) -> Result<Check> {
    let mut tx = domain.begin().await?;
    let examined = sqlx::query_scalar!(
        r#"select count(*) as "count!" from deliveries l join dispatches d on d.id = l.dispatch_id where d.state in ('done', 'stopped')"#
    )
    .fetch_one(tx.conn())
    .await?;
    let wrong = sqlx::query!(
        r#"select l.dispatch_id as "id: DispatchId", l.seq from deliveries l
           join dispatches d on d.id = l.dispatch_id and d.state in ('done', 'stopped')
           where not exists (select from outcomes o where o.dispatch_id = l.dispatch_id and o.seq = l.seq)
           order by 1, 2 limit $1"#,
        TOLD
    )
    .fetch_all(tx.conn())
    .await?;
    let findings = wrong
        .into_iter()
        .map(|row| format!("dispatch {}, line {}: no outcome", row.id, row.seq))
        .collect();
    Ok(Check {
        name: "one outcome a recipient",
        examined: examined.unsigned_abs(),
        findings,
    })
}

/// What foreign keys would hold if they did not cost more than the rows: lines of a dispatch, one a person, and outcomes of lines.
async fn strays(domain: &Domain) -> Result<Check> {
    let mut tx = domain.begin().await?;
    let examined = sqlx::query_scalar!(r#"select count(*) as "count!" from outcomes"#)
        .fetch_one(tx.conn())
        .await?;
    let findings = sqlx::query_scalar!(
        r#"select format('dispatch %s, line %s: no such dispatch', l.dispatch_id, l.seq) as "text!" from deliveries l
           where not exists (select from dispatches d where d.id = l.dispatch_id)
           union all
           select format('dispatch %s, outcome %s: no such line', o.dispatch_id, o.seq) from outcomes o
           where not exists (select from deliveries l where l.dispatch_id = o.dispatch_id and l.seq = o.seq)
           union all
           select format('dispatch %s: person %s has %s lines', l.dispatch_id, l.contact_id, count(*)) from deliveries l
           join dispatches d on d.id = l.dispatch_id and d.kind = 'campaign'
           group by l.dispatch_id, l.contact_id, l.channel having count(*) > 1
           order by 1 limit $1"#,
        TOLD
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(Check {
        name: "lines and outcomes belong together",
        examined: examined.unsigned_abs(),
        findings,
    })
}
