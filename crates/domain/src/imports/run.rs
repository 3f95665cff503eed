//! The job that carries out an import.

use super::stage::{Staged, stage};
use super::write::{Run, choose_people, make_tables, write_people, write_suppressions};
use crate::access::System;
use crate::audit::{self, Object};
use crate::{Domain, Error, Result, Tx, ts};
use serde_json::json;
use sqlx::{Connection as _, PgConnection};
use types::imports::{ImportKind, ImportStatus};
use types::{ImportId, UnitId, UserId};

/// From so many people on, an import changes what the tables look like.
const MANY: i64 = 1_000;

/// Carries out a started import to its end. Can be called again after a crash, a kill or a lost database: what was written
/// stays and is counted once, the file is read again, and writing goes on after the last finished slice. Two workers that
/// run the same import at once do not disturb each other: the second one leaves at once.
///
/// Says where the import stands; [`ImportStatus::Running`] means that somebody else is at it.
///
/// # Errors
/// When the database fails; trying again later goes on.
pub async fn run(domain: &Domain, id: ImportId) -> Result<ImportStatus> {
    // A connection of its own, closed at the end: it holds temporary tables and a lock for as long as it lives.
    let mut conn = domain.pool().acquire().await?.detach();
    let outcome = run_on(domain, &mut conn, id).await;
    // The tables and the lock go with the connection; doing it politely is a courtesy that may fail. The lock first: the
    // server notices the end of a connection a moment later, and who tries again meanwhile would find it taken.
    let _ = sqlx::query("select pg_advisory_unlock_all()")
        .execute(&mut conn)
        .await;
    let _ = conn.close().await;
    outcome
}

async fn run_on(domain: &Domain, conn: &mut PgConnection, id: ImportId) -> Result<ImportStatus> {
    let mine = sqlx::query_scalar!(
        r#"select pg_try_advisory_lock(hashtextextended($1, 0)) as "mine!""#,
        format!("import:{id}")
    )
    .fetch_one(&mut *conn)
    .await?;
    if !mine {
        return Ok(ImportStatus::Running);
    }
    let row = sqlx::query!(
        r#"update imports set status = 'running', started_at = coalesce(started_at, $2) where id = $1 and status in ('queued', 'running')
           returning unit_id as "unit: UnitId", kind, options, created_by as "by: UserId", rows_written"#,
        id.uuid(),
        ts(domain.now()) as _
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else {
        let status = sqlx::query_scalar!("select status from imports where id = $1", id.uuid())
            .fetch_optional(&mut *conn)
            .await?;
        // An import that was deleted meanwhile is as good as cancelled.
        return Ok(status
            .and_then(|status| status.parse().ok())
            .unwrap_or(ImportStatus::Cancelled));
    };
    let kind: ImportKind = row
        .kind
        .parse()
        .map_err(|_| Error::broken("unknown kind of import"))?;
    let run = Run {
        id,
        unit: row.unit,
        by: row.by,
        options: serde_json::from_value(row.options)?,
        written: row.rows_written,
    };
    // Errors of reading are found again; those of writing belong to slices that are done.
    sqlx::query!(
        "delete from import_errors where import_id = $1 and ($2 or code not in ('identity_conflict', 'erased'))",
        id.uuid(),
        run.written == 0
    )
    .execute(&mut *conn)
    .await?;
    let written_errors = sqlx::query_scalar!(
        r#"select count(*) as "n!" from import_errors where import_id = $1"#,
        id.uuid()
    )
    .fetch_one(&mut *conn)
    .await?;
    make_tables(conn).await?;
    let records = match stage(domain, conn, id, &run.options).await? {
        Staged::Stopped => return end_now(domain, id, ImportStatus::Cancelled, None).await,
        Staged::Whole { records: 0, .. } => {
            return end_now(domain, id, ImportStatus::Failed, Some("empty")).await;
        }
        Staged::Whole { records, failed } if records == failed => {
            sqlx::query!(
                "update imports set rows_total = $2 where id = $1",
                id.uuid(),
                records
            )
            .execute(&mut *conn)
            .await?;
            return end_now(domain, id, ImportStatus::Failed, Some("no_good_row")).await;
        }
        Staged::Whole { records, .. } => records,
    };
    let (last, conflicts) = choose_people(conn, &run).await?;
    // Reading has counted its own failures anew; those of slices written by an earlier run come on top.
    let earlier = (written_errors - conflicts).max(0) * i64::from(run.written > 0);
    sqlx::query!(
        "update imports set rows_total = $2, rows_failed = rows_failed + $3 where id = $1",
        id.uuid(),
        records,
        conflicts + earlier
    )
    .execute(&mut *conn)
    .await?;
    let whole = match kind {
        ImportKind::Contacts => write_people(domain, conn, &run, last).await?,
        ImportKind::Suppressions => write_suppressions(domain, conn, &run, last).await?,
    };
    if last >= MANY {
        // Lists and counts are planned by statistics, which PostgreSQL would gather a minute later: until then the list of
        // people was seen to take twenty times as long.
        sqlx::query("analyze contacts, identities, contact_units, subscriptions, suppressions")
            .execute(&mut *conn)
            .await?;
    }
    let status = if whole {
        ImportStatus::Finished
    } else {
        ImportStatus::Cancelled
    };
    end_now(domain, id, status, None).await
}

/// Ends an import that could not be carried out, in the transaction that gives its job up.
///
/// # Errors
/// When the database cannot be asked.
pub async fn give_up(tx: &mut Tx, id: ImportId) -> Result<()> {
    end(tx, id, ImportStatus::Failed, Some("internal")).await
}

/// Writes how an import ended, once; its file, which is full of people, is not kept any longer.
async fn end(tx: &mut Tx, id: ImportId, status: ImportStatus, failure: Option<&str>) -> Result<()> {
    let Some(ended) = sqlx::query!(
        r#"update imports set status = $2, failure = $3, finished_at = $4 where id = $1 and status in ('queued', 'running')
           returning unit_id as "unit: UnitId", file_name, rows_created, rows_updated, rows_failed, rows_subscribed"#,
        id.uuid(),
        status.as_str(),
        failure,
        tx.now_sql() as _
    )
    .fetch_optional(tx.conn())
    .await?
    else {
        return Ok(());
    };
    sqlx::query!("delete from import_parts where import_id = $1", id.uuid())
        .execute(tx.conn())
        .await?;
    audit::record(
        tx,
        &System.grant::<crate::access::ImportContacts>(ended.unit),
        match status {
            ImportStatus::Finished => "import.finished",
            ImportStatus::Cancelled => "import.stopped",
            _ => "import.failed",
        },
        Object::new("import", id.uuid(), &ended.file_name),
        json!({
            "created": ended.rows_created, "updated": ended.rows_updated, "failed": ended.rows_failed,
            "subscribed": ended.rows_subscribed,
        }),
    )
    .await
}

async fn end_now(
    domain: &Domain,
    id: ImportId,
    status: ImportStatus,
    failure: Option<&str>,
) -> Result<ImportStatus> {
    let mut tx = domain.begin().await?;
    end(&mut tx, id, status, failure).await?;
    tx.commit().await?;
    Ok(status)
}
