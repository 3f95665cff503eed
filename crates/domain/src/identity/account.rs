//! What people change about themselves.

use super::{
    passwords, reset, root,
    sessions::{self, SessionHash},
    throttle::{self, Limit, What},
};
use crate::{
    Actor, Domain, Error, Result,
    access::ActorKind,
    audit::{self, Object},
    error::Fields,
};
use jiff::SignedDuration;
use serde_json::json;
use types::{
    Code, UserId,
    identity::{PasswordInput, ProfileInput},
};

/// Tries of the present password in a session: somebody at an unlocked screen must not guess it.
const CURRENT: Limit = Limit {
    tries: 10,
    window: SignedDuration::from_mins(15),
};

fn person(actor: &Actor) -> Result<UserId> {
    actor.user().ok_or_else(|| Error::code(Code::Forbidden))
}

/// Changes name, language, colours and time zone.
pub async fn update(domain: &Domain, actor: &Actor, input: &ProfileInput) -> Result<()> {
    let user = person(actor)?;
    let mut fields = Fields::new();
    let name = fields.text("name", &input.name, 120);
    if jiff::tz::TimeZone::get(&input.time_zone).is_err() {
        fields.add("time_zone", Code::BadFormat);
    }
    fields.finish()?;
    let mut tx = domain.begin().await?;
    sqlx::query!(
        "update users set name = $2, language = $3, theme = $4, time_zone = $5 where id = $1",
        user.uuid(),
        name,
        input.language.code(),
        input.theme.as_str(),
        input.time_zone,
    )
    .execute(tx.conn())
    .await?;
    let unit = root(&mut tx).await?;
    let object = Object::new("user", user.uuid(), &name);
    let detail = json!({"language": input.language, "theme": input.theme, "time_zone": input.time_zone});
    audit::record_as(
        &mut tx,
        unit,
        ActorKind::User(user),
        &name,
        "user.profile_updated",
        object,
        detail,
    )
    .await?;
    tx.commit().await
}

/// Changes the password after the present one was given. All other sessions end; `current` stays.
pub async fn change_password(
    domain: &Domain,
    actor: &Actor,
    input: &PasswordInput,
    current: Option<&SessionHash>,
) -> Result<()> {
    let user = person(actor)?;
    throttle::pass(domain, What::Device(user.uuid().as_bytes()), CURRENT).await?;
    let row = sqlx::query!(
        "select name, email, language, password_hash from users where id = $1",
        user.uuid()
    )
    .fetch_one(domain.pool())
    .await?;
    if !passwords::verify(row.password_hash, &input.current).await? {
        return Err(Error::field("current", Code::BadCredentials));
    }
    throttle::forget(domain, What::Device(user.uuid().as_bytes())).await?;
    passwords::check("new", &input.new, &[&row.name, &row.email])?;
    let hash = passwords::hash(domain, &input.new).await?;

    let mut tx = domain.begin().await?;
    sqlx::query!(
        "update users set password_hash = $2 where id = $1",
        user.uuid(),
        hash
    )
    .execute(tx.conn())
    .await?;
    sessions::delete_of(&mut tx, user, current).await?;
    let language = row.language.parse().unwrap_or_default();
    reset::changed_notice(&mut tx, row.email, row.name.clone(), language).await?;
    let unit = root(&mut tx).await?;
    let object = Object::new("user", user.uuid(), &row.name);
    audit::record_as(
        &mut tx,
        unit,
        ActorKind::User(user),
        &row.name,
        "user.password_changed",
        object,
        json!({}),
    )
    .await?;
    tx.commit().await
}
