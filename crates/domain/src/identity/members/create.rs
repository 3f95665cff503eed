use super::check_grantable;
use crate::{
    Error, Granted, Result, Tx,
    access::ManageMembers,
    audit::{self, Object},
    error::Fields,
    identity::{email, invitation, name_of},
};
use serde_json::json;
use types::{Code, Language, UserId, access::Role, identity::InviteInput};

/// Somebody new who can sign in at once: the command line and the demo.
#[derive(Clone)]
pub struct NewMember<'a> {
    pub email: &'a str,
    pub name: &'a str,
    pub roles: &'a [Role],
    pub language: Language,
    /// Of [`crate::identity::passwords::hash`].
    pub password_hash: String,
}

/// Invites somebody by mail. Somebody who has an account already just gets the roles.
pub async fn invite(tx: &mut Tx, by: &Granted<ManageMembers>, input: &InviteInput) -> Result<UserId> {
    let user = join(
        tx,
        by,
        &input.email,
        &input.name,
        &input.roles,
        input.language,
        None,
    )
    .await?;
    let status = status_of(tx, user).await?;
    if status == "invited" {
        invitation::mail(tx, by, user).await?;
    }
    Ok(user)
}

/// Adds somebody with a password.
pub async fn add(tx: &mut Tx, by: &Granted<ManageMembers>, new: NewMember<'_>) -> Result<UserId> {
    join(
        tx,
        by,
        new.email,
        new.name,
        new.roles,
        new.language,
        Some(new.password_hash),
    )
    .await
}

/// Mails the invitation again; the earlier link dies.
pub async fn resend(tx: &mut Tx, by: &Granted<ManageMembers>, user: UserId) -> Result<()> {
    let here = sqlx::query_scalar!(
        "select status from users u where id = $1 and exists (select from memberships m where m.user_id = u.id and m.unit_id = $2)",
        user.uuid(),
        by.unit().uuid()
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(Error::not_found)?;
    if here != "invited" {
        return Err(Error::wrong_state(&here));
    }
    invitation::mail(tx, by, user).await?;
    let name = name_of(tx, user).await?;
    audit::record(
        tx,
        by,
        "member.invited_again",
        Object::new("user", user.uuid(), &name),
        json!({}),
    )
    .await
}

async fn status_of(tx: &mut Tx, user: UserId) -> Result<String> {
    Ok(
        sqlx::query_scalar!("select status from users where id = $1", user.uuid())
            .fetch_one(tx.conn())
            .await?,
    )
}

async fn join(
    tx: &mut Tx,
    by: &Granted<ManageMembers>,
    address: &str,
    name: &str,
    roles: &[Role],
    language: Language,
    password_hash: Option<String>,
) -> Result<UserId> {
    let mut fields = Fields::new();
    let name = fields.text("name", name, 120);
    let parsed = email::parse(address);
    if address.trim().is_empty() {
        fields.add("email", Code::Required);
    } else if parsed.is_none() {
        fields.add("email", Code::BadEmail);
    }
    if roles.is_empty() {
        fields.add("roles", Code::Required);
    }
    fields.finish()?;
    let address = parsed.unwrap_or_default();
    check_grantable(tx, by, roles).await?;

    let known = sqlx::query!(
        r#"select id as "id: UserId", name, status from users where lower(email) = lower($1)"#,
        address
    )
    .fetch_optional(tx.conn())
    .await?;
    let (user, name) = match known {
        Some(user) if user.status == "disabled" => return Err(Error::wrong_state("disabled")),
        // An account that exists keeps its password, whoever adds it.
        Some(_) if password_hash.is_some() => return Err(Error::field("email", Code::Taken)),
        Some(user) => (user.id, user.name),
        None => (insert(tx, &address, &name, language, password_hash).await?, name),
    };
    let names: Vec<String> = roles.iter().map(ToString::to_string).collect();
    let now = tx.now_sql();
    let given = sqlx::query!(
        "insert into memberships (user_id, unit_id, role, granted_by, granted_at)
         select $1, $2, role, $4, $5 from unnest($3::text[]) as role
         on conflict do nothing",
        user.uuid(),
        by.unit().uuid(),
        &names,
        by.user_uuid(),
        now as _,
    )
    .execute(tx.conn())
    .await?;
    if given.rows_affected() == 0 {
        return Err(Error::field("email", Code::Taken));
    }
    let object = Object::new("user", user.uuid(), &name);
    audit::record(tx, by, "member.added", object, json!({"roles": names})).await?;
    Ok(user)
}

async fn insert(
    tx: &mut Tx,
    email: &str,
    name: &str,
    language: Language,
    password_hash: Option<String>,
) -> Result<UserId> {
    let id: UserId = tx.id();
    let now = tx.now_sql();
    let status = if password_hash.is_some() {
        "active"
    } else {
        "invited"
    };
    sqlx::query!(
        "insert into users (id, email, name, password_hash, language, status, created_at) values ($1, $2, $3, $4, $5, $6, $7)",
        id.uuid(),
        email,
        name,
        password_hash,
        language.code(),
        status,
        now as _,
    )
    .execute(tx.conn())
    .await?;
    Ok(id)
}
