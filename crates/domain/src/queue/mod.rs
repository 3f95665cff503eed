//! Work in the background that is not the sending of a campaign (the ledger is its own queue): enqueued in the caller's
//! transaction, so that it is there exactly when the act it belongs to is; claimed with a lease; retried with growing
//! pauses; put aside as dead with its reason after the last try.

mod claim;
mod job;

pub use claim::{Claimed, Failure, claim, extend, finish, put_back, sweep};
pub use job::{DefinitionNotice, Job, Notice, PreparedMail, SystemMail};

use crate::{Result, Tx, ts};
use jiff::Timestamp;
use types::JobId;

/// The channel on which waiting workers are woken. Only a hint: they also look by themselves.
pub const CHANNEL: &str = "campanile_jobs";

/// Enqueues a job; it exists when the caller's transaction commits. `None`: the same work is already waiting.
pub async fn enqueue(tx: &mut Tx, job: &Job) -> Result<Option<JobId>> {
    let now = tx.now();
    enqueue_at(tx, job, now).await
}

/// [`enqueue`], not to be run before the given time.
pub async fn enqueue_at(tx: &mut Tx, job: &Job, run_at: Timestamp) -> Result<Option<JobId>> {
    let id: JobId = tx.id();
    let payload = serde_json::to_value(job)?;
    let inserted = sqlx::query_scalar!(
        r#"insert into jobs (id, kind, payload, unique_key, run_at, created_at) values ($1, $2, $3, $4, $5, $6)
           on conflict (unique_key) where finished_at is null and not dead and unique_key is not null do nothing
           returning id as "id: JobId""#,
        id.uuid(),
        job.kind(),
        payload,
        job.unique_key(),
        ts(run_at) as _,
        tx.now_sql() as _,
    )
    .fetch_optional(tx.conn())
    .await?;
    if inserted.is_some() {
        // Sent to listeners at commit, not before.
        sqlx::query!("select pg_notify($1, '')", CHANNEL)
            .execute(tx.conn())
            .await?;
    }
    Ok(inserted)
}
