//! Staff: passwords, signing in, sessions, links by mail, members and their roles.
//!
//! Two rules run through all of it. Nobody learns from an answer, or from how long it takes, whether an address has an
//! account. And nobody gives, takes or switches off more than they hold themselves.

pub mod account;
pub mod email;
pub mod invitation;
pub mod members;
pub mod passwords;
pub mod reset;
pub mod sessions;
pub mod setup;
pub mod sign_in;
pub mod throttle;
mod tokens;

use crate::{Error, Result, Tx, units};
use types::{UnitId, UserId};

/// Where acts on a person as such (sign-in, password) are written: the topmost unit's log.
async fn root(tx: &mut Tx) -> Result<UnitId> {
    units::root(tx)
        .await?
        .ok_or_else(|| Error::broken("people without a topmost unit"))
}

/// Keeps two acts that could each take away one of the last two system admins from happening at once, and a second set-up
/// from slipping in beside the first. Held to the end of the transaction.
async fn lock_admins(tx: &mut Tx) -> Result<()> {
    // Any constant will do, as long as nothing else takes it.
    const ADMINS: i64 = 0x63_61_6d_70_61_6e_01;
    sqlx::query!("select pg_advisory_xact_lock($1)", ADMINS)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// System admins who can sign in. Only roles in the topmost unit count.
async fn active_admins(tx: &mut Tx) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        r#"select count(distinct m.user_id) as "count!" from memberships m
           join users u on u.id = m.user_id and u.status = 'active'
           join units t on t.id = m.unit_id and t.parent_id is null
           where m.role = 'system_admin'"#
    )
    .fetch_one(tx.conn())
    .await?)
}

/// A person's name as it stands now, for the audit log.
async fn name_of(tx: &mut Tx, user: UserId) -> Result<String> {
    sqlx::query_scalar!("select name from users where id = $1", user.uuid())
        .fetch_optional(tx.conn())
        .await?
        .ok_or_else(Error::not_found)
}
