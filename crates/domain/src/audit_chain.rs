//! The chain over the audit log: rows that were changed, removed or slipped in behind the triggers' back break it.

use crate::{Domain, Result};

/// Rows in one link at the most, so that a first run over a long log works in bounded memory.
const BATCH: i64 = 10_000;

/// Closes the chain over all rows written so far and returns how many were added. Called now and then by servers, and
/// before a backup; several at once take turns.
pub async fn extend(domain: &Domain) -> Result<u64> {
    let mut added = 0;
    loop {
        let count = extend_once(domain).await?;
        added += count;
        if count < BATCH.unsigned_abs() {
            return Ok(added);
        }
    }
}

async fn extend_once(domain: &Domain) -> Result<u64> {
    let mut tx = domain.begin().await?;
    // Numbers are given before rows are committed: without waiting for the writers under way, a row with a lower number
    // could appear behind the link that should hold it. Also keeps out another one of us.
    sqlx::query!("lock table audit_log in share row exclusive mode")
        .execute(tx.conn())
        .await?;
    let last = sqlx::query!("select number, last_seq, hash from audit_links order by number desc limit 1")
        .fetch_optional(tx.conn())
        .await?;
    let (number, after, previous) =
        last.map_or((0, 0, Vec::new()), |link| (link.number, link.last_seq, link.hash));
    let now = tx.now_sql();
    let link = sqlx::query_scalar!(
        r#"with rows as (
               select seq, audit_text(a) as text from audit_log a where seq > $1 order by seq limit $2
           )
           insert into audit_links (number, first_seq, last_seq, row_count, hash, created_at)
           select $3, min(seq), max(seq), count(*),
                  sha256($4::bytea || convert_to(string_agg(text, E'\n' order by seq), 'UTF8')), $5
           from rows having count(*) > 0
           returning row_count"#,
        after,
        BATCH,
        number + 1,
        previous,
        now as _,
    )
    .fetch_optional(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(link.unwrap_or(0).unsigned_abs())
}

/// Computes every link again and returns how many there are, and the numbers of those that do not agree with the rows.
pub async fn check(domain: &Domain) -> Result<(u64, Vec<i64>)> {
    let mut tx = domain.begin().await?;
    let mut previous = Vec::new();
    let mut expected_after = 0;
    let mut broken = Vec::new();
    let mut number = 0;
    loop {
        // One link at a time: the log is as long as the installation's life.
        let Some(link) = sqlx::query!(
            r#"select l.number, l.first_seq, l.last_seq, l.row_count, l.hash,
                      (select count(*) from audit_log where seq > $2 and seq <= l.last_seq) as "found!",
                      (select sha256($3::bytea || convert_to(coalesce(string_agg(audit_text(a), E'\n' order by seq), ''), 'UTF8'))
                       from audit_log a where seq > $2 and seq <= l.last_seq) as "computed!"
               from audit_links l where l.number > $1 order by l.number limit 1"#,
            number,
            expected_after,
            previous,
        )
        .fetch_optional(tx.conn())
        .await?
        else {
            break;
        };
        if link.number != number + 1 || link.found != link.row_count || link.computed != link.hash {
            broken.push(link.number);
        }
        number = link.number;
        expected_after = link.last_seq;
        previous = link.hash;
    }
    Ok((number.unsigned_abs(), broken))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::University;
    use sqlx::PgPool;

    #[sqlx::test(migrations = "../../migrations")]
    async fn tampering_behind_the_triggers_is_found(pool: PgPool) -> Result<()> {
        let university = University::new(pool.clone()).await?;
        let domain = &university.domain;
        assert_eq!(extend(domain).await?, 3);
        assert_eq!(extend(domain).await?, 0);
        assert_eq!(check(domain).await?, (1, vec![]));

        sqlx::query("alter table audit_log disable trigger all")
            .execute(&pool)
            .await?;
        sqlx::query("update audit_log set actor_name = 'Nobody' where seq = 2")
            .execute(&pool)
            .await?;
        assert_eq!(check(domain).await?, (1, vec![1]));
        sqlx::query("update audit_log set actor_name = 'Campanile' where seq = 2")
            .execute(&pool)
            .await?;
        assert_eq!(check(domain).await?, (1, vec![]));
        sqlx::query("delete from audit_log where seq = 1")
            .execute(&pool)
            .await?;
        assert_eq!(check(domain).await?, (1, vec![1]));
        Ok(())
    }

    #[sqlx::test(migrations = "../../migrations")]
    async fn several_nodes_may_extend_at_once(pool: PgPool) -> Result<()> {
        let university = University::new(pool).await?;
        let domain = &university.domain;
        let (a, b, c) = tokio::join!(extend(domain), extend(domain), extend(domain));
        assert_eq!(a? + b? + c?, 3);
        assert_eq!(check(domain).await?, (1, vec![]));
        Ok(())
    }
}
