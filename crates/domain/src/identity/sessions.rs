//! Rows of sessions. What is in them is the web layer's; who owns them, and when they end, is ours.
//!
//! Ids are the SHA-256 of what the browser holds. Only [`create`] inserts: saving a session that was revoked meanwhile
//! changes nothing, so it does not come back.

use crate::{Actor, Domain, Error, Result, access::ActorKind, audit, ts};
use jiff::SignedDuration;
use serde_json::json;
use types::{Code, UserId, identity::SessionInfo};

/// SHA-256 of the browser's id.
pub type SessionHash = [u8; 32];

/// A session ends after so long without a request (a working day with its evening), …
pub const IDLE: SignedDuration = SignedDuration::from_hours(12);
/// … and so long after signing in whatever happens.
pub const ABSOLUTE: SignedDuration = SignedDuration::from_hours(24 * 7);
/// The time of the last request is written at most so often.
const SEEN_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// Makes a session. False: there is one of this id already.
pub async fn create(domain: &Domain, id: &SessionHash, user: Option<UserId>, data: &[u8]) -> Result<bool> {
    let now = domain.now();
    let done = sqlx::query!(
        "insert into sessions (id, user_id, data, created_at, seen_at, idle_expires_at, absolute_expires_at)
         values ($1, $2, $3, $4, $4, $5, $6) on conflict (id) do nothing",
        id.as_slice(),
        user.map(UserId::uuid),
        data,
        ts(now) as _,
        ts(now + IDLE) as _,
        ts(now + ABSOLUTE) as _,
    )
    .execute(domain.pool())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What is in a living session; notes that it was seen.
pub async fn load(domain: &Domain, id: &SessionHash) -> Result<Option<Vec<u8>>> {
    let now = domain.now();
    let row = sqlx::query!(
        r#"with found as (
               select id, data, seen_at from sessions where id = $1 and idle_expires_at > $2 and absolute_expires_at > $2
           ), touched as (
               update sessions s set seen_at = $2, idle_expires_at = $3 from found where s.id = found.id and found.seen_at < $4
           )
           select data from found"#,
        id.as_slice(),
        ts(now) as _,
        ts(now + IDLE) as _,
        ts(now - SEEN_EVERY) as _,
    )
    .fetch_optional(domain.pool())
    .await?;
    Ok(row.map(|row| row.data))
}

/// Replaces what is in a living session. False: there is none any more.
pub async fn save(domain: &Domain, id: &SessionHash, data: &[u8]) -> Result<bool> {
    let done = sqlx::query!(
        "update sessions set data = $2 where id = $1 and idle_expires_at > $3 and absolute_expires_at > $3",
        id.as_slice(),
        data,
        ts(domain.now()) as _,
    )
    .execute(domain.pool())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends one session.
pub async fn delete(domain: &Domain, id: &SessionHash) -> Result<()> {
    sqlx::query!("delete from sessions where id = $1", id.as_slice())
        .execute(domain.pool())
        .await?;
    Ok(())
}

/// Ends all sessions of a person, in the caller's transaction; `except` stays.
pub(super) async fn delete_of(tx: &mut crate::Tx, user: UserId, except: Option<&SessionHash>) -> Result<u64> {
    Ok(sqlx::query!(
        "delete from sessions where user_id = $1 and ($2::bytea is null or id <> $2)",
        user.uuid(),
        except.map(<[u8; 32]>::as_slice)
    )
    .execute(tx.conn())
    .await?
    .rows_affected())
}

/// One's own sessions, the last used first.
pub async fn list(domain: &Domain, actor: &Actor, current: Option<&SessionHash>) -> Result<Vec<SessionInfo>> {
    let user = actor.user().ok_or_else(|| Error::code(Code::Forbidden))?;
    let rows = sqlx::query!(
        "select id, created_at, seen_at, idle_expires_at, absolute_expires_at from sessions
         where user_id = $1 and idle_expires_at > $2 and absolute_expires_at > $2 order by seen_at desc limit 100",
        user.uuid(),
        ts(domain.now()) as _,
    )
    .fetch_all(domain.pool())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| SessionInfo {
            created_at: row.created_at.to_jiff(),
            seen_at: row.seen_at.to_jiff(),
            expires_at: row
                .idle_expires_at
                .to_jiff()
                .min(row.absolute_expires_at.to_jiff()),
            current: current.is_some_and(|current| row.id == current),
        })
        .collect())
}

/// Signs out everywhere; with `except`, everywhere else. Returns how many sessions ended.
pub async fn sign_out_everywhere(
    domain: &Domain,
    actor: &Actor,
    except: Option<&SessionHash>,
) -> Result<u64> {
    let user = actor.user().ok_or_else(|| Error::code(Code::Forbidden))?;
    let mut tx = domain.begin().await?;
    let ended = delete_of(&mut tx, user, except).await?;
    let unit = super::root(&mut tx).await?;
    let object = audit::Object::new("user", user.uuid(), actor.name());
    let detail = json!({"sessions": ended});
    audit::record_as(
        &mut tx,
        unit,
        ActorKind::User(user),
        actor.name(),
        "user.signed_out_everywhere",
        object,
        detail,
    )
    .await?;
    tx.commit().await?;
    Ok(ended)
}

/// Removes what has ended: sessions, throttles, links. For a job that runs now and then. Returns how many sessions.
pub async fn sweep(domain: &Domain) -> Result<u64> {
    super::throttle::sweep(domain).await?;
    super::tokens::sweep(domain).await?;
    Ok(sqlx::query!(
        "delete from sessions where idle_expires_at < $1 or absolute_expires_at < $1",
        ts(domain.now()) as _
    )
    .execute(domain.pool())
    .await?
    .rows_affected())
}
