//! The ledger's months. Partitions are made ahead, and old ones are detached: their rows stay in tables of their own, out of the
//! way of everything that runs.

use crate::{Domain, Error, Result};
use jiff::Timestamp;

/// A month of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    /// As in the names of its tables: `202611`.
    pub month: String,
    /// Rows of `deliveries`, as PostgreSQL estimates them.
    pub recipients: i64,
    /// Of both tables with their indexes.
    pub bytes: i64,
}

/// Makes the partitions of this month and the next, so that no expansion has to.
///
/// # Errors
/// When the database cannot be asked.
pub async fn prepare_partitions(domain: &Domain) -> Result<()> {
    let mut tx = domain.begin().await?;
    sqlx::query!(
        r#"select ledger_partition(ledger_bound(m)) as "none: ()" from (values ($1::timestamptz), ($1 + interval '1 month')) v (m)"#,
        tx.now_sql() as _
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await
}

/// The months that are attached, oldest first.
///
/// # Errors
/// When the database cannot be asked.
pub async fn partitions(domain: &Domain) -> Result<Vec<Partition>> {
    let rows = sqlx::query!(
        r#"select right(c.relname, 6) as "month!",
               sum(case when p.relname = 'deliveries' then greatest(c.reltuples, 0) else 0 end)::bigint as "recipients!",
               sum(pg_total_relation_size(c.oid))::bigint as "bytes!"
           from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
           where p.relname in ('deliveries', 'outcomes') and p.relnamespace = 'public'::regnamespace
           group by 1 order by 1"#
    )
    .fetch_all(domain.pool())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Partition {
            month: row.month,
            recipients: row.recipients,
            bytes: row.bytes,
        })
        .collect())
}

/// Detaches a month (`202511`) whose dispatches are all over. Its tables stay under their names and can be read, dumped and dropped;
/// counters and reports by hour are kept elsewhere and stay.
///
/// # Errors
/// When it is not a month of the ledger, is this month or a later one, or something of it still runs.
pub async fn detach(domain: &Domain, month: &str) -> Result<()> {
    let known = partitions(domain).await?;
    if !known.iter().any(|it| it.month == month) {
        return Err(Error::not_found());
    }
    let mut tx = domain.begin().await?;
    let this: Timestamp = tx.now();
    let blocked = sqlx::query_scalar!(
        r#"select $1 >= to_char($2::timestamptz at time zone 'UTC', 'YYYYMM') or exists (
               select from dispatches d where to_char(ledger_month(d.id) at time zone 'UTC', 'YYYYMM') = $1
                 and d.state in ('expanding', 'sending', 'paused', 'cancelling')) as "blocked!""#,
        month,
        crate::ts(this) as _
    )
    .fetch_one(tx.conn())
    .await?;
    if blocked {
        return Err(Error::wrong_state("running"));
    }
    sqlx::query!(r#"select ledger_detach($1) as "none: ()""#, month)
        .fetch_one(tx.conn())
        .await?;
    tx.commit().await
}
