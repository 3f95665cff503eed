//! From a secret to a token, and from a token to an [`Actor`].

use crate::access::ClientOf;
use crate::{Actor, Domain, Error, Result, Tx, keys, ts};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use types::access::Permission;
use types::{ClientId, Code, UnitId, UserId};
use uuid::Uuid;

/// How long a token works.
pub const TOKEN_SECONDS: i64 = 3600;

/// A fresh token.
#[derive(Debug, Clone)]
pub struct Token {
    /// What the client sends as `Authorization: Bearer …`. Only its SHA-256 is kept.
    pub value: String,
    /// What it may be used for.
    pub scopes: Vec<Permission>,
}

/// Gives a token for a secret; `scopes` narrows what it may do (empty: everything the client may).
///
/// # Errors
/// [`Code::BadCredentials`] for an unknown, wrong, expired or revoked secret alike; field error `scope` for a scope that
/// the client does not have.
pub async fn exchange(
    domain: &Domain,
    client: ClientId,
    secret: &str,
    scopes: &[Permission],
) -> Result<Token> {
    exchange_in(domain, client, secret, None, |held| {
        let all = scopes.iter().all(|scope| held.contains(scope));
        let wanted = if scopes.is_empty() { held } else { scopes };
        all.then(|| wanted.to_vec())
    })
    .await
}

/// The same for a token that acts in one unit, the client's own or one below, by its id, key or account number. `choose` says what it
/// may do, out of what the client may; none: it asks for what the client does not have.
///
/// # Errors
/// As [`exchange`]; field error `unit` for one that is not there for the client.
pub async fn exchange_in(
    domain: &Domain,
    client: ClientId,
    secret: &str,
    unit: Option<&str>,
    choose: impl FnOnce(&[Permission]) -> Option<Vec<Permission>>,
) -> Result<Token> {
    let mut tx = domain.begin().await?;
    let hash = keys::sha256(secret.as_bytes());
    // The hash is the lookup itself: a comparison's time could tell nothing about 256 random bits.
    let held = sqlx::query_scalar!(
        "select c.scopes from api_clients c join api_secrets s on s.client_id = c.id
         where c.id = $1 and s.secret_hash = $2 and c.revoked_at is null and (s.expires_at is null or s.expires_at > $3)",
        client.uuid(),
        hash.as_slice(),
        tx.now_sql() as _
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(|| Error::code(Code::BadCredentials))?;
    let granted = choose(&parse(&held)).ok_or_else(|| Error::field("scope", Code::OutOfRange))?;
    let unit = match unit {
        None => None,
        Some(unit) => Some(below(&mut tx, client, unit).await?),
    };
    let value = URL_SAFE_NO_PAD.encode(tx.random::<32>());
    let token_hash = keys::sha256(value.as_bytes());
    let texts: Vec<String> = granted.iter().map(|scope| scope.as_str().to_owned()).collect();
    let expires = tx.now() + SignedDuration::from_secs(TOKEN_SECONDS);
    sqlx::query!(
        "insert into api_tokens (token_hash, client_id, scopes, created_at, expires_at, unit_id) values ($1, $2, $3, $4, $5, $6)",
        token_hash.as_slice(),
        client.uuid(),
        &texts,
        tx.now_sql() as _,
        ts(expires) as _,
        unit.map(UnitId::uuid)
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "update api_clients set last_used_at = $2 where id = $1",
        client.uuid(),
        tx.now_sql() as _
    )
    .execute(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(Token {
        value,
        scopes: granted,
    })
}

/// The client's own unit or one below it.
async fn below(tx: &mut Tx, client: ClientId, unit: &str) -> Result<UnitId> {
    sqlx::query_scalar!(
        r#"select u.id as "id: UnitId" from units u join api_clients c on c.unit_id = any (u.ancestors)
           where c.id = $1 and u.archived_at is null and (u.id = $2 or u.key = $3 or u.account_number = $4)
           order by u.id = $2 desc nulls last, u.key = $3 desc limit 1"#,
        client.uuid(),
        Uuid::parse_str(unit).ok(),
        unit,
        unit.parse::<i64>().ok()
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(|| Error::field("unit", Code::UnknownReference))
}

/// Who a token belongs to; `None` for one that is unknown, expired, or of a client that was shut out or whose owner has left.
/// Also gives the client's own unit, in which it acts unless it names another; a token for a unit below is good for that one and those
/// below it.
///
/// # Errors
/// When the database is away.
pub async fn authenticate(domain: &Domain, token: &str) -> Result<Option<(Actor, UnitId)>> {
    let hash = keys::sha256(token.as_bytes());
    let Some(row) = sqlx::query!(
        r#"select c.id as "id: ClientId", c.name, coalesce(t.unit_id, c.unit_id) as "unit_id!: UnitId", c.created_by as "owner?: UserId",
                  c.by_operator,
                  array(select unnest(t.scopes) intersect select unnest(c.scopes)) as "scopes!"
           from api_tokens t join api_clients c on c.id = t.client_id
           where t.token_hash = $1 and t.expires_at > $2 and c.revoked_at is null
             and (t.unit_id is null or exists (
                 select from units u where u.id = t.unit_id and u.archived_at is null and c.unit_id = any (u.ancestors)))"#,
        hash.as_slice(),
        ts(domain.now()) as _
    )
    .fetch_optional(domain.pool())
    .await?
    else {
        return Ok(None);
    };
    let client = ClientOf {
        id: row.id,
        name: &row.name,
        unit: row.unit_id,
        scopes: &parse(&row.scopes),
    };
    let actor = match row.owner {
        Some(owner) if row.by_operator => Some(client.of_operator(domain, owner).await?),
        Some(owner) => client.of_person(domain, owner).await?,
        None => None,
    };
    Ok(actor.map(|actor| (actor, row.unit_id)))
}

/// Scopes by name; one that this version does not know gives nothing.
fn parse(scopes: &[String]) -> Vec<Permission> {
    scopes.iter().filter_map(|scope| scope.parse().ok()).collect()
}

/// Deletes tokens and secrets that no longer work, and answers kept for repeated calls for more than two days.
///
/// # Errors
/// When the database is away.
pub async fn forget_expired(domain: &Domain) -> Result<u64> {
    let mut tx = domain.begin().await?;
    let now = tx.now();
    let tokens = sqlx::query!("delete from api_tokens where expires_at <= $1", ts(now) as _);
    let mut gone = tokens.execute(tx.conn()).await?.rows_affected();
    let secrets = sqlx::query!("delete from api_secrets where expires_at <= $1", ts(now) as _);
    gone += secrets.execute(tx.conn()).await?.rows_affected();
    let old = now - crate::idempotency::KEPT;
    let answers = sqlx::query!("delete from idempotency_keys where created_at < $1", ts(old) as _);
    gone += answers.execute(tx.conn()).await?.rows_affected();
    tx.commit().await?;
    Ok(gone)
}
