//! References that the schema does not enforce itself, because the tables are too busy or the thing too large.

use super::Check;
use super::ledger::TOLD;
use crate::{Domain, Result};
use sqlx::PgConnection;

pub(super) async fn checks(domain: &Domain) -> Result<Vec<Check>> {
    let mut tx = domain.begin().await?;
    let conn = tx.conn();
    Ok(vec![
        events(conn).await?,
        templates(conn).await?,
        revisions(conn).await?,
        blobs(conn).await?,
        append_only(conn).await?,
    ])
}

fn check(name: &'static str, examined: i64, findings: Vec<String>) -> Check {
    Check {
        name,
        examined: examined.unsigned_abs(),
        findings,
    }
}

/// Events point at lines of the ledger.
async fn events(conn: &mut PgConnection) -> Result<Check> {
    let examined = sqlx::query_scalar!(r#"select count(*) as "count!" from events"#)
        .fetch_one(&mut *conn)
        .await?;
    let findings = sqlx::query_scalar!(
        r#"select format('event %s: no such line in the ledger', e.id) as "text!" from events e
           where ledger_attached(e.dispatch_id) and not exists (select from deliveries l where l.dispatch_id = e.dispatch_id and l.seq = e.seq)
           order by e.id limit $1"#,
        TOLD
    )
    .fetch_all(conn)
    .await?;
    Ok(check("events of the ledger's lines", examined, findings))
}

/// A template's current version is there.
async fn templates(conn: &mut PgConnection) -> Result<Check> {
    let examined = sqlx::query_scalar!(r#"select count(*) as "count!" from templates"#)
        .fetch_one(&mut *conn)
        .await?;
    let findings = sqlx::query_scalar!(
        r#"select format('template %s: version %s is missing', t.id, t.current_version) as "text!" from templates t
           where not exists (select from template_versions v where v.template_id = t.id and v.version = t.current_version)
           order by t.id limit $1"#,
        TOLD
    )
    .fetch_all(conn)
    .await?;
    Ok(check("templates and their versions", examined, findings))
}

/// What is being or was sent belongs to a revision of the same campaign, approved under the seal that it has.
async fn revisions(conn: &mut PgConnection) -> Result<Check> {
    let examined = sqlx::query_scalar!(r#"select count(*) as "count!" from campaign_revisions"#)
        .fetch_one(&mut *conn)
        .await?;
    let findings = sqlx::query_scalar!(
        r#"select format('campaign %s: its current revision belongs to another campaign', c.id) as "text!"
           from campaigns c join campaign_revisions r on r.id = c.current_revision_id where r.campaign_id <> c.id
           union all
           select format('dispatch %s: was started without an approval of its seal', d.id)
           from dispatches d join campaign_revisions r on r.id = d.revision_id
           where not exists (select from reviews v where v.revision_id = r.id and v.state = 'approved' and v.seal = r.seal)
           order by 1 limit $1"#,
        TOLD
    )
    .fetch_all(conn)
    .await?;
    Ok(check("revisions and their approvals", examined, findings))
}

/// Images are stored by their content, so they can be checked against their names.
async fn blobs(conn: &mut PgConnection) -> Result<Check> {
    let examined = sqlx::query_scalar!(r#"select count(*) as "count!" from blobs"#)
        .fetch_one(&mut *conn)
        .await?;
    let findings = sqlx::query_scalar!(
        r#"select format('stored file %s: its content has changed', encode(sha256, 'hex')) as "text!" from blobs
           where sha256(bytes) <> sha256 order by 1 limit $1"#,
        TOLD
    )
    .fetch_all(conn)
    .await?;
    Ok(check("stored files", examined, findings))
}

/// The triggers that keep logs append-only are there and awake.
async fn append_only(conn: &mut PgConnection) -> Result<Check> {
    const TABLES: &[&str] = &[
        "audit_log",
        "audit_links",
        "consent_records",
        "campaign_revisions",
    ];
    let tables: Vec<String> = TABLES.iter().map(|table| (*table).to_owned()).collect();
    let findings = sqlx::query_scalar!(
        r#"select format('table %s: nothing keeps it append-only', name) as "text!" from unnest($1::text[]) as name
           where not exists (
               select from pg_trigger t join pg_proc p on p.oid = t.tgfoid
               where t.tgrelid = name::regclass and p.proname = 'refuse_change' and t.tgenabled in ('O', 'A')
           ) order by 1"#,
        &tables
    )
    .fetch_all(conn)
    .await?;
    Ok(check(
        "append-only tables",
        i64::try_from(TABLES.len()).unwrap_or(0),
        findings,
    ))
}
