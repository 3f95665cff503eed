use super::{check_admin_left, check_grantable};
use crate::{
    Error, Granted, Result, Tx,
    access::ManageMembers,
    audit::{self, Object},
    identity::{lock_admins, name_of},
};
use serde_json::json;
use std::collections::BTreeSet;
use types::{UserId, access::Role};

/// Gives a member of the unit exactly these roles; none removes them from the unit. What changes, given or taken, must be
/// within what `by` may give.
pub async fn set_roles(tx: &mut Tx, by: &Granted<ManageMembers>, user: UserId, roles: &[Role]) -> Result<()> {
    lock_admins(tx).await?;
    let present = sqlx::query_scalar!(
        "select role from memberships where user_id = $1 and unit_id = $2 for update",
        user.uuid(),
        by.unit().uuid()
    )
    .fetch_all(tx.conn())
    .await?;
    if present.is_empty() {
        return Err(Error::not_found());
    }
    let present: BTreeSet<Role> = present.iter().filter_map(|role| role.parse().ok()).collect();
    let wanted: BTreeSet<Role> = roles.iter().copied().collect();
    let changed: Vec<Role> = present.symmetric_difference(&wanted).copied().collect();
    if changed.is_empty() {
        return Ok(());
    }
    check_grantable(tx, by, &changed).await?;
    let names: Vec<String> = wanted.iter().map(ToString::to_string).collect();
    sqlx::query!(
        "delete from memberships where user_id = $1 and unit_id = $2 and role <> all ($3)",
        user.uuid(),
        by.unit().uuid(),
        &names
    )
    .execute(tx.conn())
    .await?;
    let now = tx.now_sql();
    sqlx::query!(
        "insert into memberships (user_id, unit_id, role, granted_by, granted_at)
         select $1, $2, role, $4, $5 from unnest($3::text[]) as role on conflict do nothing",
        user.uuid(),
        by.unit().uuid(),
        &names,
        by.user_uuid(),
        now as _,
    )
    .execute(tx.conn())
    .await?;
    if present.contains(&Role::SystemAdmin) && !wanted.contains(&Role::SystemAdmin) {
        check_admin_left(tx).await?;
    }
    let name = name_of(tx, user).await?;
    let before: Vec<String> = present.iter().map(ToString::to_string).collect();
    let action = if wanted.is_empty() {
        "member.removed"
    } else {
        "member.roles_changed"
    };
    let object = Object::new("user", user.uuid(), &name);
    audit::record(tx, by, action, object, json!({"from": before, "to": names})).await
}
