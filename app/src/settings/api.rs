//! What the pages of settings ask of the server.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use types::access::Role;
use types::audit::AuditEntry;
use types::identity::{InviteInput, Member, PasswordInput, ProfileInput, SessionInfo};
use types::units::{Unit, UnitInput};
use types::{ApiError, Page, PageQuery, UserId};

/// Everybody with a role in the unit.
#[server(prefix = "/rpc", endpoint = "settings/people", input = Json)]
pub async fn list_people(unit: String, query: PageQuery) -> Result<Page<Member>, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageMembers>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::identity::members::list(&mut tx, &by, &query)
        .await
        .map_err(ctx::failed)
}

/// Invites somebody by mail.
#[server(prefix = "/rpc", endpoint = "settings/people/invite", input = Json)]
pub async fn invite(unit: String, input: InviteInput) -> Result<UserId, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageMembers>(&unit)?;
    let mut tx = cx.begin().await?;
    let user = domain::identity::members::invite(&mut tx, &by, &input)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map(|()| user).map_err(ctx::failed)
}

/// Gives somebody exactly these roles in the unit; none removes them.
#[server(prefix = "/rpc", endpoint = "settings/people/roles", input = Json)]
pub async fn set_roles(unit: String, user: UserId, roles: Vec<Role>) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageMembers>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::identity::members::set_roles(&mut tx, &by, user, &roles)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)
}

/// Mails the invitation again.
#[server(prefix = "/rpc", endpoint = "settings/people/resend", input = Json)]
pub async fn resend_invitation(unit: String, user: UserId) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageMembers>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::identity::members::resend(&mut tx, &by, user)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)
}

/// Keeps somebody out.
#[server(prefix = "/rpc", endpoint = "settings/people/disable", input = Json)]
pub async fn disable(unit: String, user: UserId) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageMembers>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::identity::members::disable(&mut tx, &by, user)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)
}

/// Lets somebody in again.
#[server(prefix = "/rpc", endpoint = "settings/people/enable", input = Json)]
pub async fn enable(unit: String, user: UserId) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageMembers>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::identity::members::enable(&mut tx, &by, user)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)
}

/// Ends all sessions of somebody.
#[server(prefix = "/rpc", endpoint = "settings/people/sign-out", input = Json)]
pub async fn sign_out_member(unit: String, user: UserId) -> Result<u64, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageMembers>(&unit)?;
    let mut tx = cx.begin().await?;
    let ended = domain::identity::members::sign_out_everywhere(&mut tx, &by, user)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map(|()| ended).map_err(ctx::failed)
}

/// The unit and all below it.
#[server(prefix = "/rpc", endpoint = "settings/units", input = Json)]
pub async fn list_units(unit: String) -> Result<Vec<Unit>, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    cx.grant::<domain::access::ManageUnits>(&unit)?;
    let by = cx.grant::<domain::access::ViewUnit>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::units::children(&mut tx, &by).await.map_err(ctx::failed)
}

/// Makes a unit below `parent`.
#[server(prefix = "/rpc", endpoint = "settings/units/create", input = Json)]
pub async fn create_unit(parent: String, input: UnitInput) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageUnits>(&parent)?;
    let mut tx = cx.begin().await?;
    domain::units::create(&mut tx, &by, &input)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)
}

/// Changes a unit.
#[server(prefix = "/rpc", endpoint = "settings/units/update", input = Json)]
pub async fn update_unit(unit: String, input: UnitInput) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageUnits>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::units::update(&mut tx, &by, &input)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)
}

/// The unit's log.
#[server(prefix = "/rpc", endpoint = "settings/audit", input = Json)]
pub async fn list_audit(unit: String, query: PageQuery) -> Result<Page<AuditEntry>, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadAudit>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::audit::list(&mut tx, &by, &query)
        .await
        .map_err(ctx::failed)
}

/// Changes one's own name, language, colours and zone.
#[server(prefix = "/rpc", endpoint = "settings/account/update", input = Json)]
pub async fn update_account(input: ProfileInput) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    domain::identity::account::update(&cx.domain, &cx.actor, &input)
        .await
        .map_err(ctx::failed)
}

/// Changes one's own password and ends all other sessions.
#[server(prefix = "/rpc", endpoint = "settings/account/password", input = Json)]
pub async fn change_password(input: PasswordInput) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let current = ctx::current_session();
    domain::identity::account::change_password(&cx.domain, &cx.actor, &input, current.as_ref())
        .await
        .map_err(ctx::failed)
}

/// One's own sessions.
#[server(prefix = "/rpc", endpoint = "settings/account/sessions", input = Json)]
pub async fn list_sessions() -> Result<Vec<SessionInfo>, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let current = ctx::current_session();
    domain::identity::sessions::list(&cx.domain, &cx.actor, current.as_ref())
        .await
        .map_err(ctx::failed)
}

/// Signs out everywhere else.
#[server(prefix = "/rpc", endpoint = "settings/account/sign-out", input = Json)]
pub async fn sign_out_elsewhere() -> Result<u64, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let current = ctx::current_session();
    domain::identity::sessions::sign_out_everywhere(&cx.domain, &cx.actor, current.as_ref())
        .await
        .map_err(ctx::failed)
}
