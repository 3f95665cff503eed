//! The same call again gets the same answer, and does nothing twice.
//!
//! The answer is stored in the very transaction of the act, so there is no moment at which one exists without the other;
//! and a second call with the same key waits for the first one's transaction, since both insert the same row.

use crate::{Error, Result, Tx};
use jiff::SignedDuration;
use types::{ApiError, Code};
use uuid::Uuid;

/// How long answers are kept.
pub const KEPT: SignedDuration = SignedDuration::from_hours(48);

/// An answer as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The body, byte for byte.
    pub body: Vec<u8>,
}

/// What came of claiming a key.
#[derive(Debug)]
pub enum Claim {
    /// Nobody has used it: act, then [`store`] the answer in the same transaction.
    Fresh,
    /// It was used for the same request, which was answered like this.
    Answered(Answer),
}

/// Claims `key` of `owner` for the rest of the transaction. Waits for another transaction that has claimed it.
///
/// # Errors
/// [`Code::IdempotencyMismatch`] when the key was used for another request; a field error for a key of a wrong length.
pub async fn claim(tx: &mut Tx, owner: Uuid, key: &str, request_hash: &[u8; 32]) -> Result<Claim> {
    if key.is_empty() || key.chars().count() > 200 {
        return Err(Error::field("Idempotency-Key", Code::BadFormat));
    }
    let claimed = sqlx::query!(
        "insert into idempotency_keys (owner_id, key, request_hash, created_at) values ($1, $2, $3, $4) on conflict do nothing",
        owner,
        key,
        request_hash.as_slice(),
        tx.now_sql() as _
    )
    .execute(tx.conn())
    .await?;
    if claimed.rows_affected() == 1 {
        return Ok(Claim::Fresh);
    }
    let stored = sqlx::query!(
        r#"select request_hash, status as "status!", body as "body!" from idempotency_keys
           where owner_id = $1 and key = $2 and status is not null and body is not null"#,
        owner,
        key
    )
    .fetch_optional(tx.conn())
    .await?
    // Deleted between the two statements for its age: the caller may try again.
    .ok_or_else(|| Error::code(Code::Unavailable))?;
    if stored.request_hash != request_hash {
        return Err(Error::Refused(Box::new(ApiError::new(Code::IdempotencyMismatch))));
    }
    let status = u16::try_from(stored.status).map_err(|_| Error::broken("a stored status that is none"))?;
    Ok(Claim::Answered(Answer {
        status,
        body: stored.body,
    }))
}

/// Keeps the answer of a claimed key; the caller commits.
///
/// # Errors
/// When the database is away.
pub async fn store(tx: &mut Tx, owner: Uuid, key: &str, answer: &Answer) -> Result<()> {
    let status = i16::try_from(answer.status).map_err(|_| Error::broken("a status that is none"))?;
    sqlx::query!(
        "update idempotency_keys set status = $3, body = $4, content_type = 'application/json' where owner_id = $1 and key = $2",
        owner,
        key,
        status,
        answer.body
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
