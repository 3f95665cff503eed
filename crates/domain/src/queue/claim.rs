//! The worker's side of the queue.

use super::Job;
use crate::{Domain, Result, Tx, ts};
use jiff::{SignedDuration, Timestamp};
use types::JobId;
use uuid::Uuid;

/// Tries after which a job is put aside. With the pauses below that is about a day.
const MAX_ATTEMPTS: i32 = 20;
/// Finished jobs are kept for a week, for those who ask what happened.
const KEEP_DAYS: i64 = 7;

/// A job in a worker's hands, until its lease ends.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// The job.
    pub id: JobId,
    /// What to do.
    pub job: Job,
    /// Which try this is, from 1.
    pub attempt: i32,
}

/// Why a job could not be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Worth another try. The text is for the admin and must not name people.
    Retry(String),
    /// No use trying again.
    Dead(String),
}

/// Takes up to `limit` due jobs of the kinds given and leases them. A job whose payload this version cannot read is left to
/// the versions that can.
///
/// # Errors
/// When the database cannot be asked.
pub async fn claim(
    domain: &Domain,
    worker: Uuid,
    kinds: &[&str],
    lease: SignedDuration,
    limit: i64,
) -> Result<Vec<Claimed>> {
    let kinds: Vec<String> = kinds.iter().map(|kind| (*kind).to_owned()).collect();
    let now = domain.now();
    let rows = sqlx::query!(
        r#"update jobs set leased_by = $1, leased_until = $2, attempts = attempts + 1
           where id in (
               select id from jobs
               where finished_at is null and not dead and run_at <= $3 and (leased_until is null or leased_until < $3) and kind = any ($4)
               order by run_at, id limit $5 for update skip locked)
           returning id as "id: JobId", payload, attempts"#,
        worker,
        ts(now + lease) as _,
        ts(now) as _,
        &kinds,
        limit,
    )
    .fetch_all(domain.pool())
    .await?;
    let mut claimed = Vec::with_capacity(rows.len());
    for row in rows {
        match serde_json::from_value(row.payload) {
            Ok(job) => claimed.push(Claimed {
                id: row.id,
                job,
                attempt: row.attempts,
            }),
            Err(error) => {
                tracing::error!(job = %row.id, line = error.line(), "a job's payload cannot be read");
            }
        }
    }
    Ok(claimed)
}

/// Keeps a lease alive while a long job runs. False: somebody else has it by now; stop.
///
/// # Errors
/// When the database cannot be asked.
pub async fn extend(domain: &Domain, worker: Uuid, id: JobId, lease: SignedDuration) -> Result<bool> {
    let now = domain.now();
    let done = sqlx::query!(
        "update jobs set leased_until = $3 where id = $1 and leased_by = $2 and finished_at is null",
        id.uuid(),
        worker,
        ts(now + lease) as _
    )
    .execute(domain.pool())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Done. The payload of mails is blanked: links that sign in must not lie about.
///
/// # Errors
/// When the database cannot be asked.
pub async fn finish(domain: &Domain, worker: Uuid, id: JobId) -> Result<()> {
    sqlx::query!(
        "update jobs set finished_at = $3, leased_by = null, leased_until = null, last_error = null,
             payload = case when kind in ('system_mail', 'prepared_mail') then '{}' else payload end
         where id = $1 and leased_by = $2",
        id.uuid(),
        worker,
        ts(domain.now()) as _
    )
    .execute(domain.pool())
    .await?;
    Ok(())
}

/// Not done: again later, or never. True when it was put aside for good, so that whoever waits for it is told in the same
/// transaction; false also for a job that somebody else has by now.
///
/// # Errors
/// When the database cannot be asked.
pub async fn put_back(tx: &mut Tx, worker: Uuid, claimed: &Claimed, failure: &Failure) -> Result<bool> {
    let error = match failure {
        Failure::Retry(error) if claimed.attempt < MAX_ATTEMPTS => {
            let next = next_try(tx.now(), claimed.attempt);
            sqlx::query!(
                "update jobs set run_at = $3, leased_by = null, leased_until = null, last_error = $4 where id = $1 and leased_by = $2",
                claimed.id.uuid(),
                worker,
                ts(next) as _,
                error
            )
            .execute(tx.conn())
            .await?;
            return Ok(false);
        }
        Failure::Retry(error) | Failure::Dead(error) => error,
    };
    let done = sqlx::query!(
        "update jobs set dead = true, finished_at = $3, leased_by = null, leased_until = null, last_error = $4,
             payload = case when kind in ('system_mail', 'prepared_mail') then '{}' else payload end
         where id = $1 and leased_by = $2",
        claimed.id.uuid(),
        worker,
        tx.now_sql() as _,
        error
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Removes jobs that were finished long ago.
///
/// # Errors
/// When the database cannot be asked.
pub async fn sweep(domain: &Domain) -> Result<u64> {
    let before = domain.now() - SignedDuration::from_hours(24 * KEEP_DAYS);
    let done = sqlx::query!(
        "delete from jobs where finished_at < $1 and not dead",
        ts(before) as _
    )
    .execute(domain.pool())
    .await?;
    Ok(done.rows_affected())
}

/// 5 s after the first try, doubling up to almost three hours.
fn next_try(now: Timestamp, attempt: i32) -> Timestamp {
    let doublings = u32::try_from(attempt.clamp(1, 12) - 1).unwrap_or(0);
    now + SignedDuration::from_secs(5 << doublings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_three_hours() {
        let at = |attempt| (next_try(Timestamp::UNIX_EPOCH, attempt) - Timestamp::UNIX_EPOCH).get_seconds();
        assert_eq!([at(1), at(2), at(3), at(12), at(20)], [5, 10, 20, 10_240, 10_240]);
    }
}
