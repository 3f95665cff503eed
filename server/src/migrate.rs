//! Bringing the schema up to this binary's version.

use std::collections::BTreeSet;

use anyhow::{Context, bail};
use sqlx::PgPool;
use sqlx::migrate::MigrateError;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

pub use domain::MIGRATOR;

/// Applies what is missing. Ten nodes may do this at once: one holds PostgreSQL's advisory lock, the others wait for
/// it and find nothing left to do.
///
/// # Errors
/// When a migration fails (it is rolled back), or when the database was migrated by a newer or a changed Campanile.
pub async fn run(options: &PgConnectOptions) -> anyhow::Result<()> {
    // A connection of its own, closed in the end: the lock belongs to the connection, whatever happens on the way.
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .connect_with(options.clone())
        .await;
    let pool = pool.context("the database cannot be reached")?;
    let done = MIGRATOR.run(&pool).await;
    pool.close().await;
    match done {
        Ok(()) => Ok(()),
        Err(MigrateError::VersionMissing(version)) => bail!(
            "the database has migration {version}, which this campanile does not know: it was upgraded by a newer \
             one. Start that version, or restore a backup made before the upgrade"
        ),
        Err(MigrateError::VersionMismatch(version)) => {
            bail!(
                "migration {version} was applied in another form than this campanile knows; refusing to go on"
            )
        }
        Err(error) => {
            Err(error).context("the database could not be migrated; nothing was changed by the failed step")
        }
    }
}

/// Which migrations of this binary the database does not have yet. A database without any has none of them.
///
/// # Errors
/// When the database cannot be asked.
pub async fn pending(pool: &PgPool) -> sqlx::Result<Vec<i64>> {
    let known = sqlx::query_scalar::<_, bool>("select to_regclass('_sqlx_migrations') is not null");
    let applied: BTreeSet<i64> = if known.fetch_one(pool).await? {
        let applied = sqlx::query_scalar("select version from _sqlx_migrations where success");
        applied.fetch_all(pool).await?.into_iter().collect()
    } else {
        BTreeSet::new()
    };
    Ok(MIGRATOR
        .iter()
        .map(|migration| migration.version)
        .filter(|version| !applied.contains(version))
        .collect())
}

/// The newest migration the database has, if any.
///
/// # Errors
/// When the database cannot be asked.
pub async fn newest(pool: &PgPool) -> sqlx::Result<Option<i64>> {
    let known = sqlx::query_scalar::<_, bool>("select to_regclass('_sqlx_migrations') is not null");
    if !known.fetch_one(pool).await? {
        return Ok(None);
    }
    sqlx::query_scalar("select max(version) from _sqlx_migrations where success")
        .fetch_one(pool)
        .await
}

/// The newest migration this binary has.
#[must_use]
pub fn newest_known() -> i64 {
    MIGRATOR
        .iter()
        .map(|migration| migration.version)
        .max()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[sqlx::test(migrations = false)]
    async fn ten_nodes_may_start_at_once(pool: PgPool) {
        let options = pool.connect_options().as_ref().clone();
        assert_eq!(
            pending(&pool).await.expect("asked").len(),
            MIGRATOR.iter().count()
        );
        let nodes: Vec<_> = (0..10)
            .map(|_| {
                let options = options.clone();
                tokio::spawn(async move { run(&options).await })
            })
            .collect();
        for node in nodes {
            node.await.expect("no panic").expect("migrated");
        }
        assert!(pending(&pool).await.expect("asked").is_empty());
        let applied: i64 = sqlx::query_scalar("select count(*) from _sqlx_migrations")
            .fetch_one(&pool)
            .await
            .expect("counted");
        assert_eq!(usize::try_from(applied).expect("small"), MIGRATOR.iter().count());
    }

    #[sqlx::test(migrations = false)]
    async fn a_database_of_a_newer_campanile_is_refused(pool: PgPool) {
        let options = pool.connect_options().as_ref().clone();
        run(&options).await.expect("migrated");
        sqlx::query(
            "insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
             values (9999, 'from the future', true, '', 0)",
        )
        .execute(&pool)
        .await
        .expect("inserted");
        let refused = run(&options).await.expect_err("refused").to_string();
        assert!(refused.contains("newer"), "{refused}");
    }
}
