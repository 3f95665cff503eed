//! From a secret to a token, and from a token to an [`Actor`].

use crate::access::ClientOf;
use crate::{Actor, Domain, Error, Result, keys, ts};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use types::access::Permission;
use types::{ClientId, Code, UnitId, UserId};

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
    let held = parse(&held);
    let granted = if scopes.is_empty() {
        held.clone()
    } else {
        scopes.to_vec()
    };
    if !granted.iter().all(|scope| held.contains(scope)) {
        return Err(Error::field("scope", Code::OutOfRange));
    }
    let value = URL_SAFE_NO_PAD.encode(tx.random::<32>());
    let token_hash = keys::sha256(value.as_bytes());
    let texts: Vec<String> = granted.iter().map(|scope| scope.as_str().to_owned()).collect();
    let expires = tx.now() + SignedDuration::from_secs(TOKEN_SECONDS);
    sqlx::query!(
        "insert into api_tokens (token_hash, client_id, scopes, created_at, expires_at) values ($1, $2, $3, $4, $5)",
        token_hash.as_slice(),
        client.uuid(),
        &texts,
        tx.now_sql() as _,
        ts(expires) as _
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

/// Who a token belongs to; `None` for one that is unknown, expired, or of a client that was shut out or whose owner has left.
/// Also gives the client's own unit, in which it acts unless it names another.
///
/// # Errors
/// When the database is away.
pub async fn authenticate(domain: &Domain, token: &str) -> Result<Option<(Actor, UnitId)>> {
    let hash = keys::sha256(token.as_bytes());
    let Some(row) = sqlx::query!(
        r#"select c.id as "id: ClientId", c.name, c.unit_id as "unit_id: UnitId", c.created_by as "owner?: UserId",
                  c.by_operator,
                  array(select unnest(t.scopes) intersect select unnest(c.scopes)) as "scopes!"
           from api_tokens t join api_clients c on c.id = t.client_id
           where t.token_hash = $1 and t.expires_at > $2 and c.revoked_at is null"#,
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
