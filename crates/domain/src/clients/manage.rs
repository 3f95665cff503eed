//! Letting systems in, changing their secrets, and shutting them out.

use crate::access::{ManageClients, System};
use crate::audit::{self, Object};
use crate::{Error, Granted, Result, Tx, keys};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use serde_json::json;
use types::access::Permission;
use types::clients::{ApiClient, ApiClientInput, ApiCredentials};
use types::{ClientId, Code, UnitId, UserId};

/// How long the old secret still works after a change.
const OVERLAP: SignedDuration = SignedDuration::from_hours(24);

/// Lets a system in. `may` says what the person who does it holds in the unit: nobody gives more.
///
/// # Errors
/// Field errors `name` and `scopes`.
pub async fn create(
    tx: &mut Tx,
    by: &Granted<ManageClients>,
    may: impl Fn(Permission) -> bool,
    input: &ApiClientInput,
) -> Result<ApiCredentials> {
    if !input.scopes.iter().all(|scope| may(*scope)) {
        return Err(Error::field("scopes", Code::CannotGrantRole));
    }
    insert(tx, by, Owner::Person(by.person()?), input).await
}

/// Lets a system in at the word of whoever runs the server: the command line.
///
/// # Errors
/// Field errors `name` and `scopes`.
pub async fn create_by_operator(tx: &mut Tx, unit: UnitId, input: &ApiClientInput) -> Result<ApiCredentials> {
    let owner: UserId = tx.id();
    // Nobody can be reached under `.invalid` (RFC 2606), and a disabled user cannot sign in.
    sqlx::query!(
        "insert into users (id, email, name, status, created_at) values ($1, $2, $3, 'disabled', $4)",
        owner.uuid(),
        format!("client-{owner}@client.invalid"),
        input.name.trim(),
        tx.now_sql() as _
    )
    .execute(tx.conn())
    .await?;
    insert(tx, &System.grant(unit), Owner::Operator(owner), input).await
}

/// Who answers for a client.
enum Owner {
    Person(UserId),
    /// Whoever runs the server; the user is a placeholder.
    Operator(UserId),
}

async fn insert(
    tx: &mut Tx,
    by: &Granted<ManageClients>,
    owner: Owner,
    input: &ApiClientInput,
) -> Result<ApiCredentials> {
    let (owner, by_operator) = match owner {
        Owner::Person(user) => (user, false),
        Owner::Operator(placeholder) => (placeholder, true),
    };
    let name = input.name.trim();
    if input.scopes.is_empty() {
        return Err(Error::field("scopes", Code::Required));
    }
    let mut scopes: Vec<String> = input
        .scopes
        .iter()
        .map(|scope| scope.as_str().to_owned())
        .collect();
    scopes.sort();
    scopes.dedup();
    let id: ClientId = tx.id();
    sqlx::query!(
        "insert into api_clients (id, unit_id, name, scopes, created_by, by_operator, created_at) values ($1, $2, $3, $4, $5, $6, $7)",
        id.uuid(),
        by.unit().uuid(),
        name,
        &scopes,
        owner.uuid(),
        by_operator,
        tx.now_sql() as _
    )
    .execute(tx.conn())
    .await?;
    let client_secret = add_secret(tx, id).await?;
    audit::record(
        tx,
        by,
        "client.created",
        Object::new("client", id.uuid(), name),
        json!({"scopes": scopes}),
    )
    .await?;
    Ok(ApiCredentials {
        client_id: id,
        client_secret,
    })
}

async fn add_secret(tx: &mut Tx, client: ClientId) -> Result<String> {
    let secret = URL_SAFE_NO_PAD.encode(tx.random::<32>());
    let hash = keys::sha256(secret.as_bytes());
    sqlx::query!(
        "insert into api_secrets (client_id, secret_hash, created_at) values ($1, $2, $3)",
        client.uuid(),
        hash.as_slice(),
        tx.now_sql() as _
    )
    .execute(tx.conn())
    .await?;
    Ok(secret)
}

/// Gives a client a new secret. The old one works for another day, so that nothing stops while it is being changed.
///
/// A client's campaigns count as its owner's work, so that nobody else may hold its secret: with a colleague's client one
/// could approve what one wrote (law 2), or do what only the colleague may.
///
/// # Errors
/// Not found when the unit has no such client, or it was shut out; refused when it answers for somebody else.
pub async fn rotate(tx: &mut Tx, by: &Granted<ManageClients>, id: ClientId) -> Result<ApiCredentials> {
    let Found { name, owner } = find(tx, by, id).await?;
    if owner != Some(by.person()?) {
        return Err(Error::code(Code::ClientOfAnother));
    }
    let until = tx.now() + OVERLAP;
    sqlx::query!(
        "update api_secrets set expires_at = $2 where client_id = $1 and (expires_at is null or expires_at > $2)",
        id.uuid(),
        crate::ts(until) as _
    )
    .execute(tx.conn())
    .await?;
    let client_secret = add_secret(tx, id).await?;
    audit::record(
        tx,
        by,
        "client.secret_changed",
        Object::new("client", id.uuid(), &name),
        json!({}),
    )
    .await?;
    Ok(ApiCredentials {
        client_id: id,
        client_secret,
    })
}

/// Shuts a client out at once, with every token it holds.
///
/// # Errors
/// Not found when the unit has no such client, or it was shut out before.
pub async fn revoke(tx: &mut Tx, by: &Granted<ManageClients>, id: ClientId) -> Result<()> {
    let Found { name, .. } = find(tx, by, id).await?;
    sqlx::query!(
        "update api_clients set revoked_at = $2 where id = $1",
        id.uuid(),
        tx.now_sql() as _
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!("delete from api_tokens where client_id = $1", id.uuid())
        .execute(tx.conn())
        .await?;
    audit::record(
        tx,
        by,
        "client.revoked",
        Object::new("client", id.uuid(), &name),
        json!({}),
    )
    .await
}

struct Found {
    name: String,
    owner: Option<UserId>,
}

/// One of the unit's clients, kept from being changed meanwhile.
async fn find(tx: &mut Tx, by: &Granted<ManageClients>, id: ClientId) -> Result<Found> {
    sqlx::query_as!(
        Found,
        r#"select name, created_by as "owner?: UserId" from api_clients
           where id = $1 and unit_id = $2 and revoked_at is null for update"#,
        id.uuid(),
        by.unit().uuid()
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(Error::not_found)
}

/// The unit's clients, those shut out last. There are few, so there are no pages.
///
/// # Errors
/// When the database is away.
pub async fn list(tx: &mut Tx, by: &Granted<ManageClients>) -> Result<Vec<ApiClient>> {
    let now = tx.now_sql();
    let rows = sqlx::query!(
        r#"select c.id as "id: ClientId", c.unit_id as "unit_id: UnitId", c.name, c.scopes, u.name as "owner?", c.created_at,
                  c.last_used_at, c.revoked_at, coalesce(c.created_by = $3, false) as "mine!",
                  (select count(*) from api_secrets s where s.client_id = c.id
                   and (s.expires_at is null or s.expires_at > $2)) as "secrets!"
           from api_clients c left join users u on u.id = c.created_by
           where c.unit_id = $1 order by c.revoked_at is not null, c.name, c.id limit 1000"#,
        by.unit().uuid(),
        now as _,
        by.person().ok().map(UserId::uuid)
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ApiClient {
            id: row.id,
            unit_id: row.unit_id,
            name: row.name,
            scopes: row.scopes.iter().filter_map(|scope| scope.parse().ok()).collect(),
            owner: row.owner,
            mine: row.mine,
            secrets: row.secrets,
            created_at: row.created_at.to_jiff(),
            last_used_at: row.last_used_at.map(jiff_sqlx::Timestamp::to_jiff),
            revoked_at: row.revoked_at.map(jiff_sqlx::Timestamp::to_jiff),
        })
        .collect())
}
