//! The people of a unit and their roles.
//!
//! Roles are given and taken in the granted unit only. What concerns a person as a whole (disabling, enabling, signing out
//! everywhere) is for those who manage all the units in which the person has a role.

mod create;
mod list;
mod roles;
mod status;

pub use create::{NewMember, add, invite, resend};
pub use list::{get, list};
pub use roles::set_roles;
pub use status::{disable, enable, sign_out_everywhere};

use crate::{
    Error, Granted, Result, Tx,
    access::{ManageMembers, roles_grantable_by},
};
use types::{Code, UserId, access::Role};

/// Every one of the roles must be one that `by` may give, and in this unit.
async fn check_grantable(tx: &mut Tx, by: &Granted<ManageMembers>, roles: &[Role]) -> Result<()> {
    let grantable = roles_grantable_by(|permission| by.may(permission));
    if roles.iter().any(|role| !grantable.contains(role)) {
        return Err(Error::code(Code::CannotGrantRole));
    }
    // A system admin is one of the whole installation.
    if roles.contains(&Role::SystemAdmin) && super::root(tx).await? != by.unit() {
        return Err(Error::code(Code::CannotGrantRole));
    }
    Ok(())
}

/// The person must have roles only in the granted unit and below, at least one of them, and none that `by` could not give.
async fn check_manageable(tx: &mut Tx, by: &Granted<ManageMembers>, user: UserId) -> Result<()> {
    let rows = sqlx::query!(
        r#"select m.role, ($2 = any (u.ancestors)) as "inside!" from memberships m join units u on u.id = m.unit_id where m.user_id = $1"#,
        user.uuid(),
        by.unit().uuid(),
    )
    .fetch_all(tx.conn())
    .await?;
    if !rows.iter().any(|row| row.inside) {
        return Err(Error::not_found());
    }
    let grantable = roles_grantable_by(|permission| by.may(permission));
    let within = |role: &str| role.parse::<Role>().is_ok_and(|role| grantable.contains(&role));
    if rows.iter().all(|row| row.inside && within(&row.role)) {
        Ok(())
    } else {
        Err(Error::code(Code::Forbidden))
    }
}

/// After something was taken away: somebody must be left who can give it back.
async fn check_admin_left(tx: &mut Tx) -> Result<()> {
    if super::active_admins(tx).await? == 0 {
        return Err(Error::code(Code::LastAdmin));
    }
    Ok(())
}
