use super::*;
use crate::testing::University;
use sqlx::PgPool;

async fn wrong(domain: &Domain) -> Result<Vec<&'static str>> {
    let checks = run(domain).await?;
    Ok(checks
        .into_iter()
        .filter(|check| !check.findings.is_empty())
        .map(|check| check.name)
        .collect())
}

/// A finished dispatch with two recipients, one sent and one suppressed.
async fn dispatch(university: &University, pool: &PgPool) -> Result<()> {
    for sql in [
        "insert into dispatches (id, unit_id, kind, lane, classification, state, audience, sent, suppressed, created_at)
         select '00000000-0000-0000-0000-000000000001', id, 'campaign', 'marketing', 'marketing', 'done', 2, 1, 1, now()
         from units where key = 'shop'",
        "select ledger_partition('00000000-0000-0000-0000-000000000001')",
        "insert into deliveries (dispatch_id, seq, contact_id, address, language)
         select '00000000-0000-0000-0000-000000000001', n, gen_random_uuid(), 'a@b.test', 'en' from generate_series(1, 2) n",
        "insert into outcomes (dispatch_id, seq, outcome, at)
         values ('00000000-0000-0000-0000-000000000001', 1, 'sent', now()),
                ('00000000-0000-0000-0000-000000000001', 2, 'suppressed', now())",
    ] {
        sqlx::query(sql).execute(pool).await?;
    }
    audit_chain::extend(&university.domain).await?;
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_sound_installation_has_no_findings(pool: PgPool) -> Result<()> {
    let university = University::new(pool.clone()).await?;
    dispatch(&university, &pool).await?;
    assert_eq!(wrong(&university.domain).await?, Vec::<&str>::new());
    let looked_at: u64 = run(&university.domain)
        .await?
        .iter()
        .map(|check| check.examined)
        .sum();
    assert!(looked_at >= 4);
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_sending_that_goes_on_is_no_finding(pool: PgPool) -> Result<()> {
    let university = University::new(pool.clone()).await?;
    dispatch(&university, &pool).await?;
    // The chunk has told what it did; the dispatch is added up every few moments.
    for sql in [
        "update dispatches set state = 'sending', sent = 0, suppressed = 0",
        "insert into dispatch_chunks (dispatch_id, chunk, first_seq, last_seq, due_at, sent, suppressed)
         select id, 0, 1, 2, now(), 1, 1 from dispatches",
    ] {
        sqlx::query(sql).execute(&pool).await?;
    }
    assert_eq!(wrong(&university.domain).await?, Vec::<&str>::new());
    sqlx::query("update dispatch_chunks set sent = 2")
        .execute(&pool)
        .await?;
    assert_eq!(wrong(&university.domain).await?, ["ledger balances"]);
    sqlx::query("update dispatches set state = 'stopped', sent = 1, suppressed = 1")
        .execute(&pool)
        .await?;
    assert_eq!(wrong(&university.domain).await?, Vec::<&str>::new());
    sqlx::query("delete from outcomes where seq = 2")
        .execute(&pool)
        .await?;
    assert_eq!(
        wrong(&university.domain).await?,
        ["ledger balances", "one outcome a recipient"]
    );
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn every_kind_of_damage_is_found(pool: PgPool) -> Result<()> {
    let university = University::new(pool.clone()).await?;
    dispatch(&university, &pool).await?;
    let damage: &[(&'static str, &[&str])] = &[
        ("update dispatches set sent = 2, suppressed = 0", &["ledger balances"]),
        ("delete from outcomes where seq = 2", &["ledger balances", "one outcome a recipient"]),
        (
            "insert into events (id, dispatch_id, seq, unit_id, contact_id, kind, at)
             select gen_random_uuid(), id, 77, unit_id, gen_random_uuid(), 'opened', now() from dispatches",
            &["events of the ledger's lines"],
        ),
        (
            "insert into templates (id, unit_id, name, current_version, created_at, updated_at)
             select gen_random_uuid(), id, 'Without a version', 3, now(), now() from units where key = 'shop'",
            &["templates and their versions"],
        ),
        ("insert into blobs (sha256, bytes) values ('\\x00', '\\x01')", &["stored files"]),
        ("drop trigger audit_log_append_only on audit_log; drop trigger audit_log_no_truncate on audit_log",
         &["append-only tables"]),
    ];
    for (sql, expected) in damage {
        let mut tx = pool.begin().await?;
        sqlx::raw_sql(*sql).execute(&mut *tx).await?;
        tx.commit().await?;
        let found = wrong(&university.domain).await?;
        for name in *expected {
            assert!(found.contains(name), "{sql}: {found:?}");
        }
    }
    Ok(())
}
