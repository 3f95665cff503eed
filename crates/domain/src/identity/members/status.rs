use super::{check_admin_left, check_manageable};
use crate::{
    Error, Granted, Result, Tx,
    access::ManageMembers,
    audit::{self, Object},
    identity::{active_admins, lock_admins, name_of, sessions},
};
use serde_json::json;
use types::UserId;

/// Keeps somebody out from now on: sessions and links end, roles stay for the day they come back.
pub async fn disable(tx: &mut Tx, by: &Granted<ManageMembers>, user: UserId) -> Result<()> {
    lock_admins(tx).await?;
    check_manageable(tx, by, user).await?;
    let admins = active_admins(tx).await?;
    let changed = sqlx::query!(
        "update users set status = 'disabled' where id = $1 and status <> 'disabled'",
        user.uuid()
    )
    .execute(tx.conn())
    .await?;
    if changed.rows_affected() == 0 {
        return Err(Error::wrong_state("disabled"));
    }
    // Only if it was the last one: an installation without any must not keep its people either.
    if admins > 0 {
        check_admin_left(tx).await?;
    }
    sessions::delete_of(tx, user, None).await?;
    let now = tx.now_sql();
    sqlx::query!(
        "update staff_tokens set used_at = $2 where user_id = $1 and used_at is null",
        user.uuid(),
        now as _
    )
    .execute(tx.conn())
    .await?;
    let name = name_of(tx, user).await?;
    audit::record(
        tx,
        by,
        "user.disabled",
        Object::new("user", user.uuid(), &name),
        json!({}),
    )
    .await
}

/// Lets somebody in again, who had been invited only as somebody invited.
pub async fn enable(tx: &mut Tx, by: &Granted<ManageMembers>, user: UserId) -> Result<()> {
    check_manageable(tx, by, user).await?;
    let changed = sqlx::query!(
        "update users set status = case when password_hash is null then 'invited' else 'active' end
         where id = $1 and status = 'disabled'",
        user.uuid()
    )
    .execute(tx.conn())
    .await?;
    if changed.rows_affected() == 0 {
        return Err(Error::wrong_state("enabled"));
    }
    let name = name_of(tx, user).await?;
    audit::record(
        tx,
        by,
        "user.enabled",
        Object::new("user", user.uuid(), &name),
        json!({}),
    )
    .await
}

/// Ends all sessions of somebody, for instance when a device was lost. Returns how many.
pub async fn sign_out_everywhere(tx: &mut Tx, by: &Granted<ManageMembers>, user: UserId) -> Result<u64> {
    check_manageable(tx, by, user).await?;
    let ended = sessions::delete_of(tx, user, None).await?;
    let name = name_of(tx, user).await?;
    let object = Object::new("user", user.uuid(), &name);
    audit::record(
        tx,
        by,
        "user.signed_out_everywhere",
        object,
        json!({"sessions": ended}),
    )
    .await?;
    Ok(ended)
}
