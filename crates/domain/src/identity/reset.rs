//! A new password by mail.

use super::{
    passwords, root, sessions,
    throttle::{self, Limit, What},
    tokens::{self, For},
};
use crate::{
    Domain, Error, Result,
    access::ActorKind,
    audit::{self, Object},
    queue::{self, Job, Notice, SystemMail},
};
use jiff::SignedDuration;
use serde_json::json;
use std::net::IpAddr;
use types::{Code, Language, UserId};

/// Mails to one person: more would be a way to pester them.
const TO: Limit = Limit {
    tries: 3,
    window: SignedDuration::from_hours(1),
};
const FROM: Limit = Limit {
    tries: 20,
    window: SignedDuration::from_hours(1),
};
/// Tries of links by one address. Guessing 256 bits is hopeless anyway; this spares the database.
pub(super) const LINKS: Limit = Limit {
    tries: 60,
    window: SignedDuration::from_mins(15),
};

/// Whether this address may ask for mails: said aloud, as it is about whoever asks and not about an account.
pub async fn may_request(domain: &Domain, address: IpAddr) -> Result<()> {
    throttle::pass(domain, What::ResetFrom(address), FROM).await
}

/// Sends the mail, if there is such an active person and they have not had too many. Never says which: the caller does not
/// wait for it (it runs beside the answer), so that the time tells nothing either.
pub async fn send(domain: &Domain, email: &str) -> Result<()> {
    let email = email.trim();
    let user = sqlx::query!(
        r#"select id as "id: UserId", email, name, language from users where lower(email) = lower($1) and status = 'active'"#,
        email
    )
    .fetch_optional(domain.pool())
    .await?;
    let Some(user) = user else { return Ok(()) };
    let (hits, _) = throttle::count(domain, What::ResetTo(email), TO.window).await?;
    if hits > TO.tries {
        return Ok(());
    }
    let mut tx = domain.begin().await?;
    let token = tokens::create(&mut tx, For::Reset, Some(user.id)).await?;
    let minutes = u32::try_from(For::Reset.lifetime().as_mins()).unwrap_or(60);
    let mail = SystemMail {
        to: user.email,
        name: user.name.clone(),
        language: user.language.parse().unwrap_or_default(),
        notice: Notice::PasswordReset {
            link: format!("{}/reset/{token}", tx.public_url()),
            minutes,
        },
    };
    queue::enqueue(&mut tx, &Job::SystemMail(mail)).await?;
    let unit = root(&mut tx).await?;
    let object = Object::new("user", user.id.uuid(), &user.name);
    audit::record_as(
        &mut tx,
        unit,
        ActorKind::System,
        "Campanile",
        "user.reset_requested",
        object,
        json!({}),
    )
    .await?;
    tx.commit().await
}

/// Whether a link still works; uses nothing up.
pub async fn peek(domain: &Domain, token: &str, address: IpAddr) -> Result<()> {
    throttle::pass(domain, What::Link(address), LINKS).await?;
    tokens::peek(domain, For::Reset, token).await.map(drop)
}

/// Sets the new password, ends all sessions, and says so by mail. Returns who it was, to be signed in.
pub async fn complete(domain: &Domain, token: &str, password: &str, address: IpAddr) -> Result<UserId> {
    throttle::pass(domain, What::Link(address), LINKS).await?;
    // The password is checked and hashed before the link is used up: a weak one costs no link.
    let user = tokens::peek(domain, For::Reset, token)
        .await?
        .ok_or_else(|| Error::code(Code::LinkExpired))?;
    let row = sqlx::query!(
        "select name, email, language from users where id = $1",
        user.uuid()
    )
    .fetch_one(domain.pool())
    .await?;
    passwords::check("password", password, &[&row.name, &row.email])?;
    let hash = passwords::hash(domain, password).await?;

    let mut tx = domain.begin().await?;
    tokens::consume(&mut tx, For::Reset, token).await?;
    let changed = sqlx::query!(
        "update users set password_hash = $2 where id = $1 and status = 'active'",
        user.uuid(),
        hash
    )
    .execute(tx.conn())
    .await?;
    if changed.rows_affected() == 0 {
        return Err(Error::code(Code::LinkExpired));
    }
    sessions::delete_of(&mut tx, user, None).await?;
    let language: Language = row.language.parse().unwrap_or_default();
    changed_notice(&mut tx, row.email, row.name.clone(), language).await?;
    let unit = root(&mut tx).await?;
    let object = Object::new("user", user.uuid(), &row.name);
    audit::record_as(
        &mut tx,
        unit,
        ActorKind::User(user),
        &row.name,
        "user.password_reset",
        object,
        json!({}),
    )
    .await?;
    tx.commit().await?;
    Ok(user)
}

/// Tells somebody that their password is another one now, so that a theft is noticed.
pub(super) async fn changed_notice(
    tx: &mut crate::Tx,
    to: String,
    name: String,
    language: Language,
) -> Result<()> {
    let notice = Notice::PasswordChanged {
        link: format!("{}/forgot", tx.public_url()),
    };
    queue::enqueue(
        tx,
        &Job::SystemMail(SystemMail {
            to,
            name,
            language,
            notice,
        }),
    )
    .await?;
    Ok(())
}
