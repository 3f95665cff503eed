//! What is under way in a unit.

use crate::access::ViewUnit;
use crate::{Granted, Result, Tx};
use types::reports::{RunningTask, TaskKind};

/// Sends and imports that have begun and not ended, the oldest first.
pub async fn running(tx: &mut Tx, by: &Granted<ViewUnit>) -> Result<Vec<RunningTask>> {
    let now = tx.now_sql();
    let rows = sqlx::query!(
        r#"select 'send' as "kind!", c.id as "id!", c.name as "name!", d.state = 'paused' as "paused!",
                  d.sent + d.failed + d.suppressed + d.cancelled + d.ambiguous as "done!", d.audience as "total!",
                  extract(epoch from $2::timestamptz - coalesce(d.started_at, d.created_at))::float8 as "seconds!"
           from dispatches d join campaigns c on c.id = d.campaign_id
           where d.unit_id = $1 and d.state in ('expanding', 'sending', 'paused', 'cancelling')
           union all
           select 'import', i.id, i.file_name, false, i.rows_read, coalesce(i.rows_total, 0),
                  extract(epoch from $2::timestamptz - coalesce(i.started_at, i.created_at))::float8
           from imports i
           where i.unit_id = $1 and i.status in ('queued', 'running')
           order by 7 desc
           limit 20"#,
        by.unit().uuid(),
        now as _,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| RunningTask {
            kind: if row.kind == "send" {
                TaskKind::Send
            } else {
                TaskKind::Import
            },
            id: row.id,
            name: row.name,
            paused: row.paused,
            done: u64::try_from(row.done).unwrap_or(0),
            total: u64::try_from(row.total).unwrap_or(0),
            rate: if row.paused || row.seconds < 1.0 {
                0.0
            } else {
                row.done as f64 / row.seconds
            },
        })
        .collect())
}
