//! Letting systems in, and shutting them out.

use super::networks::Networks;
use super::secrets::add_secret;
use crate::access::{ManageClients, System};
use crate::audit::{self, Object};
use crate::error::Fields;
use crate::{Error, Granted, Result, Tx};
use serde_json::json;
use types::access::Permission;
use types::clients::{ApiClientInput, ApiCredentials, DEFAULT_RATE, MOST_RATE, default_burst};
use types::{ClientId, Code, UnitId, UserId};

/// Lets a system in. `may` says what the person who does it holds in the unit: nobody gives more.
///
/// # Errors
/// Field errors of whatever is not right.
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
/// Field errors of whatever is not right.
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
    let Checked {
        name,
        scopes,
        networks,
        rate,
        burst,
    } = check(input)?;
    let id: ClientId = tx.id();
    sqlx::query!(
        "insert into api_clients (id, unit_id, name, scopes, created_by, by_operator, created_at, allowed_networks, requests_per_minute, burst)
         values ($1, $2, $3, $4, $5, $6, $7, $8::text[]::cidr[], $9, $10)",
        id.uuid(),
        by.unit().uuid(),
        name,
        &scopes,
        owner.uuid(),
        by_operator,
        tx.now_sql() as _,
        &networks.texts() as &[String],
        rate,
        burst,
    )
    .execute(tx.conn())
    .await?;
    let client_secret = add_secret(tx, id).await?;
    let detail = json!({"scopes": scopes, "allowed_networks": networks.shown(), "requests_per_minute": rate, "burst": burst});
    let object = Object::new("client", id.uuid(), &name);
    audit::record(tx, by, "client.created", object, detail).await?;
    Ok(ApiCredentials {
        client_id: id,
        client_secret,
    })
}

/// What was filled in, as it is stored.
pub(super) struct Checked {
    pub name: String,
    /// Sorted, each once.
    pub scopes: Vec<String>,
    pub networks: Networks,
    pub rate: i32,
    pub burst: i32,
}

/// Looks at all fields, so that a form shows everything that is wrong at once.
pub(super) fn check(input: &ApiClientInput) -> Result<Checked> {
    let mut fields = Fields::new();
    let name = fields.text("name", &input.name, 120);
    if input.scopes.is_empty() {
        fields.add("scopes", Code::Required);
    }
    let mut scopes: Vec<String> = input
        .scopes
        .iter()
        .map(|scope| scope.as_str().to_owned())
        .collect();
    scopes.sort();
    scopes.dedup();
    let networks = Networks::read(&mut fields, &input.allowed_networks);
    let rate = input.requests_per_minute.unwrap_or(DEFAULT_RATE);
    if !(1..=MOST_RATE).contains(&rate) {
        fields.add("requests_per_minute", Code::OutOfRange);
    }
    let burst = input.burst.unwrap_or_else(|| default_burst(rate));
    // Beside a wrong rate it says nothing about itself.
    if (1..=MOST_RATE).contains(&rate) && !(1..=rate).contains(&burst) {
        fields.add("burst", Code::OutOfRange);
    }
    fields.finish()?;
    Ok(Checked {
        name,
        scopes,
        networks,
        rate,
        burst,
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

/// A client that is about to be changed.
pub(super) struct Found {
    pub name: String,
    pub owner: Option<UserId>,
    pub by_operator: bool,
    pub scopes: Vec<String>,
    pub edit_version: i32,
}

/// One of the unit's clients, kept from being changed meanwhile.
pub(super) async fn find(tx: &mut Tx, by: &Granted<ManageClients>, id: ClientId) -> Result<Found> {
    sqlx::query_as!(
        Found,
        r#"select name, created_by as "owner?: UserId", by_operator, scopes, edit_version from api_clients
           where id = $1 and unit_id = $2 and revoked_at is null for no key update"#,
        id.uuid(),
        by.unit().uuid()
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(Error::not_found)
}

/// The unit of a client, for whoever runs the server and has only its id.
///
/// # Errors
/// When the database is away.
pub async fn unit_of(tx: &mut Tx, id: ClientId) -> Result<Option<UnitId>> {
    Ok(sqlx::query_scalar!(
        r#"select unit_id as "unit: UnitId" from api_clients where id = $1"#,
        id.uuid()
    )
    .fetch_optional(tx.conn())
    .await?)
}
