//! Limits that hold across all processes: token buckets in the database, refilled by its clock.

use crate::{Domain, Result};
use std::time::Duration;

/// What a bucket gave.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Taken {
    /// How many of those wanted.
    pub granted: u32,
    /// When nothing was granted: after how long the next one is there.
    pub retry_after: Duration,
}

/// Puts back what was taken and not used, at most until the bucket is full.
///
/// # Errors
/// When the database cannot be asked.
pub async fn give_back(domain: &Domain, key: &str, burst: f64, tokens: u32) -> Result<()> {
    sqlx::query!(
        "update sending_buckets set tokens = least($2, tokens + $3) where key = $1",
        key,
        burst,
        f64::from(tokens)
    )
    .execute(domain.pool())
    .await?;
    Ok(())
}

/// Takes at most `want` tokens of the bucket `key`, which holds `burst` and fills at `per_second`. A bucket that was never used is full.
///
/// # Errors
/// When the database cannot be asked.
pub async fn take(domain: &Domain, key: &str, per_second: f64, burst: f64, want: u32) -> Result<Taken> {
    let row = sqlx::query!(
        r#"select granted as "granted!", retry_after as "retry_after!" from bucket_take($1, $2, $3, $4)"#,
        key,
        per_second,
        burst,
        i32::try_from(want).unwrap_or(i32::MAX)
    )
    .fetch_one(domain.pool())
    .await?;
    Ok(Taken {
        granted: u32::try_from(row.granted).unwrap_or(0),
        // A bucket that never fills is asked again after an hour: its limit may have been raised.
        retry_after: Duration::try_from_secs_f64(row.retry_after.min(3600.0)).unwrap_or_default(),
    })
}
