//! Single-use links by mail. The database keeps their SHA-256: 256 random bits need no slow hash.

use crate::{Domain, Error, Result, Tx, keys::sha256, ts};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use types::{Code, TokenId, UserId};

/// What a link is for. One for a purpose is worthless for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum For {
    Invitation,
    Reset,
    Setup,
}

impl For {
    fn as_str(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Reset => "reset",
            Self::Setup => "setup",
        }
    }

    /// How long a link works.
    pub(super) fn lifetime(self) -> SignedDuration {
        match self {
            Self::Invitation => SignedDuration::from_hours(24 * 7),
            Self::Reset => SignedDuration::from_mins(60),
            Self::Setup => SignedDuration::from_hours(24),
        }
    }
}

/// Makes a link's token. Earlier ones of the same person and purpose die, so that only the newest mail works.
pub(super) async fn create(tx: &mut Tx, purpose: For, user: Option<UserId>) -> Result<String> {
    if user.is_some() {
        revoke(tx, purpose, user).await?;
    }
    let token = URL_SAFE_NO_PAD.encode(tx.random::<32>());
    let id: TokenId = tx.id();
    let hash = sha256(token.as_bytes());
    sqlx::query!(
        "insert into staff_tokens (id, user_id, purpose, token_hash, created_at, expires_at) values ($1, $2, $3, $4, $5, $6)",
        id.uuid(),
        user.map(UserId::uuid),
        purpose.as_str(),
        hash.as_slice(),
        tx.now_sql() as _,
        ts(tx.now() + purpose.lifetime()) as _,
    )
    .execute(tx.conn())
    .await?;
    Ok(token)
}

/// Kills all living tokens of a person (or those of nobody: set-up) and purpose.
pub(super) async fn revoke(tx: &mut Tx, purpose: For, user: Option<UserId>) -> Result<()> {
    sqlx::query!(
        "update staff_tokens set used_at = $3 where purpose = $1 and user_id is not distinct from $2 and used_at is null",
        purpose.as_str(),
        user.map(UserId::uuid),
        tx.now_sql() as _,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Looks at a token without using it up: mail scanners follow links.
pub(super) async fn peek(domain: &Domain, purpose: For, token: &str) -> Result<Option<UserId>> {
    let hash = sha256(token.as_bytes());
    sqlx::query_scalar!(
        r#"select user_id as "user_id: UserId" from staff_tokens
           where token_hash = $1 and purpose = $2 and used_at is null and expires_at > $3"#,
        hash.as_slice(),
        purpose.as_str(),
        ts(domain.now()) as _,
    )
    .fetch_optional(domain.pool())
    .await?
    .ok_or_else(|| Error::code(Code::LinkExpired))
}

/// Uses a token up. Of two at the same moment one gets it.
pub(super) async fn consume(tx: &mut Tx, purpose: For, token: &str) -> Result<Option<UserId>> {
    let now = tx.now_sql();
    let hash = sha256(token.as_bytes());
    sqlx::query_scalar!(
        r#"update staff_tokens set used_at = $3
           where token_hash = $1 and purpose = $2 and used_at is null and expires_at > $3
           returning user_id as "user_id: UserId""#,
        hash.as_slice(),
        purpose.as_str(),
        now as _,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(|| Error::code(Code::LinkExpired))
}

/// Removes tokens that ended a month ago. Returns how many.
pub(super) async fn sweep(domain: &Domain) -> Result<u64> {
    let before = domain.now() - SignedDuration::from_hours(24 * 30);
    Ok(
        sqlx::query!("delete from staff_tokens where expires_at < $1", ts(before) as _)
            .execute(domain.pool())
            .await?
            .rows_affected(),
    )
}
