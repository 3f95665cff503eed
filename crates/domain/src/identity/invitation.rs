//! Invitations: the link is mailed, and accepted on POST only.

use super::{
    passwords,
    reset::LINKS,
    root,
    throttle::{self, What},
    tokens::{self, For},
};
use crate::{
    Domain, Error, Granted, Result, Tx,
    access::{ActorKind, ManageMembers},
    audit::{self, Object},
    error::Fields,
    queue::{self, Job, Notice, SystemMail},
};
use serde_json::json;
use std::net::IpAddr;
use types::{Code, UserId, identity::Invited};

/// Mails a fresh link to somebody who has been invited; earlier links die.
pub(super) async fn mail(tx: &mut Tx, by: &Granted<ManageMembers>, user: UserId) -> Result<()> {
    let row = sqlx::query!(
        "select u.email, u.name, u.language, t.name as unit from users u, units t where u.id = $1 and t.id = $2",
        user.uuid(),
        by.unit().uuid()
    )
    .fetch_one(tx.conn())
    .await?;
    let token = tokens::create(tx, For::Invitation, Some(user)).await?;
    let mail = SystemMail {
        to: row.email,
        name: row.name,
        language: row.language.parse().unwrap_or_default(),
        notice: Notice::Invitation {
            inviter: by.actor_name().to_owned(),
            unit: row.unit,
            link: format!("{}/invitation/{token}", tx.public_url()),
            days: u32::try_from(For::Invitation.lifetime().as_hours() / 24).unwrap_or(7),
        },
    };
    queue::enqueue(tx, &Job::SystemMail(mail)).await?;
    Ok(())
}

/// Whom the link is for; uses nothing up.
pub async fn peek(domain: &Domain, token: &str, address: IpAddr) -> Result<Invited> {
    throttle::pass(domain, What::Link(address), LINKS).await?;
    invited(domain, token).await.map(|(_, invited)| invited)
}

async fn invited(domain: &Domain, token: &str) -> Result<(UserId, Invited)> {
    let gone = || Error::code(Code::LinkExpired);
    let user = tokens::peek(domain, For::Invitation, token)
        .await?
        .ok_or_else(gone)?;
    let row = sqlx::query!(
        "select email, name, language from users where id = $1 and status = 'invited'",
        user.uuid()
    )
    .fetch_optional(domain.pool())
    .await?
    .ok_or_else(gone)?;
    let language = row.language.parse().unwrap_or_default();
    Ok((
        user,
        Invited {
            email: row.email,
            name: row.name,
            language,
        },
    ))
}

/// Chooses name and password; from here on the person can sign in, and is to be signed in.
pub async fn accept(
    domain: &Domain,
    token: &str,
    name: &str,
    password: &str,
    address: IpAddr,
) -> Result<UserId> {
    throttle::pass(domain, What::Link(address), LINKS).await?;
    let (user, invited) = invited(domain, token).await?;
    let mut fields = Fields::new();
    let name = fields.text("name", name, 120);
    fields.finish()?;
    passwords::check("password", password, &[&name, &invited.email])?;
    let hash = passwords::hash(domain, password).await?;

    let mut tx = domain.begin().await?;
    tokens::consume(&mut tx, For::Invitation, token).await?;
    let now = tx.now_sql();
    let changed = sqlx::query!(
        "update users set status = 'active', name = $2, password_hash = $3, last_sign_in_at = $4 where id = $1 and status = 'invited'",
        user.uuid(),
        name,
        hash,
        now as _,
    )
    .execute(tx.conn())
    .await?;
    if changed.rows_affected() == 0 {
        return Err(Error::code(Code::LinkExpired));
    }
    let unit = root(&mut tx).await?;
    let object = Object::new("user", user.uuid(), &name);
    audit::record_as(
        &mut tx,
        unit,
        ActorKind::User(user),
        &name,
        "user.invitation_accepted",
        object,
        json!({}),
    )
    .await?;
    tx.commit().await?;
    Ok(user)
}
