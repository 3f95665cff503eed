//! The first system admin. A server that finds none prints a link; the link dies when it was used, when it is a day old,
//! and once there is a system admin, however they came to be.

use super::{
    active_admins, email, lock_admins, passwords,
    reset::LINKS,
    throttle::{self, What},
    tokens::{self, For},
};
use crate::{
    Domain, Error, Result,
    access::ActorKind,
    audit::{self, Object},
    error::Fields,
    units,
};
use serde_json::json;
use std::net::IpAddr;
use types::{Code, UserId, access::Role, identity::SetupInput, units::UnitInput};

/// The address to print, or `None` when there is a system admin already. Each start of a server prints its own; all of them
/// die together.
pub async fn link(domain: &Domain) -> Result<Option<String>> {
    let mut tx = domain.begin().await?;
    if active_admins(&mut tx).await? > 0 {
        return Ok(None);
    }
    let token = tokens::create(&mut tx, For::Setup, None).await?;
    let link = format!("{}/setup/{token}", tx.public_url());
    tx.commit().await?;
    Ok(Some(link))
}

/// Whether the link still works, and whether the university has to be named; uses nothing up.
pub async fn peek(domain: &Domain, token: &str, address: IpAddr) -> Result<bool> {
    throttle::pass(domain, What::Link(address), LINKS).await?;
    let mut tx = domain.begin().await?;
    if active_admins(&mut tx).await? > 0 {
        return Err(Error::code(Code::SetupDone));
    }
    tokens::peek(domain, For::Setup, token).await?;
    Ok(units::root(&mut tx).await?.is_none())
}

/// Makes the first system admin, and the topmost unit where there is none. Returns who, to be signed in.
pub async fn complete(domain: &Domain, token: &str, input: &SetupInput, address: IpAddr) -> Result<UserId> {
    let needs_unit = peek(domain, token, address).await?;
    let mut fields = Fields::new();
    let name = fields.text("name", &input.name, 120);
    let university = if needs_unit {
        fields.text("university", &input.university, 120)
    } else {
        String::new()
    };
    let address = email::parse(&input.email);
    if address.is_none() {
        fields.add("email", Code::BadEmail);
    }
    fields.finish()?;
    let address = address.unwrap_or_default();
    passwords::check("password", &input.password, &[&name, &address])?;
    let hash = passwords::hash(domain, &input.password).await?;
    let zone = if jiff::tz::TimeZone::get(&input.time_zone).is_ok() {
        input.time_zone.as_str()
    } else {
        "Europe/Warsaw"
    };

    let mut tx = domain.begin().await?;
    lock_admins(&mut tx).await?;
    if active_admins(&mut tx).await? > 0 {
        return Err(Error::code(Code::SetupDone));
    }
    tokens::consume(&mut tx, For::Setup, token).await?;
    let root = match units::root(&mut tx).await? {
        Some(root) => root,
        None => {
            let unit = UnitInput {
                key: "university".to_owned(),
                name: university,
                default_language: input.language,
                time_zone: zone.to_owned(),
                ..UnitInput::default()
            };
            units::create_root(&mut tx, &unit).await?
        }
    };
    let user: UserId = tx.id();
    let now = tx.now_sql();
    sqlx::query!(
        "insert into users (id, email, name, password_hash, language, time_zone, status, created_at, last_sign_in_at)
         values ($1, $2, $3, $4, $5, $6, 'active', $7, $7)",
        user.uuid(),
        address,
        name,
        hash,
        input.language.code(),
        zone,
        now as _,
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "insert into memberships (user_id, unit_id, role, granted_at) values ($1, $2, $3, $4)",
        user.uuid(),
        root.uuid(),
        Role::SystemAdmin.as_str(),
        now as _,
    )
    .execute(tx.conn())
    .await?;
    tokens::revoke(&mut tx, For::Setup, None).await?;
    let object = Object::new("user", user.uuid(), &name);
    audit::record_as(
        &mut tx,
        root,
        ActorKind::User(user),
        &name,
        "installation.set_up",
        object,
        json!({}),
    )
    .await?;
    tx.commit().await?;
    Ok(user)
}
