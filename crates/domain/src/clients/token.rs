//! From a secret to a token.

use super::authenticate::scopes_of;
use super::limit::{Limit, Seen, Standing};
use super::meter::{Meter, Quota};
use super::networks::Networks;
use crate::identity::throttle::{self, What};
use crate::{Domain, Error, Result, keys, ts};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use std::net::IpAddr;
use std::sync::Arc;
use types::access::Permission;
use types::{ClientId, Code, UnitId};
use uuid::Uuid;

/// How long a token works.
pub const TOKEN_SECONDS: i64 = 3600;

/// Wrong secrets of one client from one address; beyond, nothing it sends for that client is looked at for the rest of the minute. By both,
/// so that nobody shuts out a client elsewhere, nor its neighbours behind the same address.
const WRONG: throttle::Limit = throttle::Limit {
    tries: 10,
    window: SignedDuration::from_mins(1),
};

/// Wrong secrets from one address, of any clients; beyond, wrong ones are not told from too many any more, and not counted by client.
const WRONG_HERE: throttle::Limit = throttle::Limit {
    tries: 60,
    window: SignedDuration::from_mins(1),
};

/// A fresh token.
#[derive(Debug, Clone)]
pub struct Token {
    /// What the client sends as `Authorization: Bearer …`. Only its SHA-256 is kept.
    pub value: String,
    /// What it may be used for.
    pub scopes: Vec<Permission>,
}

/// Gives a token for a secret; `scopes` narrows what it may do (empty: everything the client may). It counts as a call: none is given,
/// and the standing says how long to wait, when the client has made too many.
///
/// # Errors
/// [`Code::BadCredentials`] for an unknown, wrong, expired or revoked secret alike, or an owner who has left; [`Code::Throttled`] after too
/// many wrong ones; [`Code::AddressNotAllowed`], which only who has a right secret learns; field error `scope` for a scope that the client
/// does not have.
pub async fn exchange(
    domain: &Domain,
    meter: &Arc<Meter>,
    from: IpAddr,
    client: ClientId,
    secret: &str,
    scopes: &[Permission],
) -> Result<(Standing, Option<Token>)> {
    let choose = |held: &[Permission]| {
        let all = scopes.iter().all(|scope| held.contains(scope));
        let wanted = if scopes.is_empty() { held } else { scopes };
        all.then(|| wanted.to_vec())
    };
    exchange_in(domain, meter, from, (client, secret), None, choose).await
}

/// The same for a token that acts in one unit, the client's own or one below, by its id, key or account number. `choose` says what it
/// may do, out of what the client may; none: it asks for what the client does not have.
///
/// # Errors
/// As [`exchange`]; field error `unit` for one that is not there for the client.
pub async fn exchange_in(
    domain: &Domain,
    meter: &Arc<Meter>,
    from: IpAddr,
    (client, secret): (ClientId, &str),
    unit: Option<&str>,
    choose: impl FnOnce(&[Permission]) -> Option<Vec<Permission>>,
) -> Result<(Standing, Option<Token>)> {
    let here = What::ClientSecret(client, from);
    if let Some(left) = throttle::used_up(domain, here, WRONG).await? {
        return Err(throttle::throttled(left));
    }
    let Some(known) = find(domain, client, secret).await? else {
        throttle::pass(domain, What::ClientSecrets(from), WRONG_HERE).await?;
        throttle::count(domain, here, WRONG.window).await?;
        return Err(Error::code(Code::BadCredentials));
    };
    known.networks.admit(from)?;
    let standing = meter.spend(domain, known.quota, from).await?;
    if standing.retry_after.is_some() {
        return Ok((standing, None));
    }
    let scopes = choose(&known.scopes).ok_or_else(|| Error::field("scope", Code::OutOfRange))?;
    let unit = match unit {
        None => None,
        Some(unit) => Some(below(domain, client, unit).await?),
    };
    let value = give(domain, client, secret, &scopes, unit).await?;
    Ok((standing, Some(Token { value, scopes })))
}

/// The client's own unit or one below it.
async fn below(domain: &Domain, client: ClientId, unit: &str) -> Result<UnitId> {
    sqlx::query_scalar!(
        r#"select u.id as "id: UnitId" from units u join api_clients c on c.unit_id = any (u.ancestors)
           where c.id = $1 and u.archived_at is null and (u.id = $2 or u.key = $3 or u.account_number = $4)
           order by u.id = $2 desc nulls last, u.key = $3 desc limit 1"#,
        client.uuid(),
        Uuid::parse_str(unit).ok(),
        unit,
        unit.parse::<i64>().ok()
    )
    .fetch_optional(domain.pool())
    .await?
    .ok_or_else(|| Error::field("unit", Code::UnknownReference))
}

/// A client whose secret is right.
struct Known {
    scopes: Vec<Permission>,
    networks: Networks,
    quota: Quota,
}

async fn find(domain: &Domain, client: ClientId, secret: &str) -> Result<Option<Known>> {
    let hash = keys::sha256(secret.as_bytes());
    // The hash is the lookup itself: a comparison's time could tell nothing about 256 random bits.
    let row = sqlx::query!(
        r#"select c.scopes, c.allowed_networks::text[] as "networks!", c.requests_per_minute, c.burst,
                  coalesce(b.version, 0) as "version!",
                  least(c.burst, b.tokens + greatest(0, extract(epoch from clock_timestamp() - b.refilled_at)::double precision)
                      * c.requests_per_minute / 60)::double precision as "tokens!"
           from api_clients c
           join api_secrets s on s.client_id = c.id
           join users u on u.id = c.created_by
           left join client_buckets b on b.client_id = c.id
           where c.id = $1 and s.secret_hash = $2 and c.revoked_at is null and (s.expires_at is null or s.expires_at > $3)
             and (c.by_operator or u.status = 'active')"#,
        client.uuid(),
        hash.as_slice(),
        ts(domain.now()) as _
    )
    .fetch_optional(domain.pool())
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Known {
        scopes: scopes_of(&row.scopes),
        networks: Networks::stored(&row.networks)?,
        quota: Quota {
            client,
            limit: Limit::of_row(row.requests_per_minute, row.burst),
            seen: Seen {
                version: row.version,
                tokens: row.tokens,
            },
        },
    }))
}

/// Writes a new token down, unless the client was shut out or its secret ended meanwhile: whoever does that waits for this, or this for
/// them, so that no token outlives it.
async fn give(
    domain: &Domain,
    client: ClientId,
    secret: &str,
    scopes: &[Permission],
    unit: Option<UnitId>,
) -> Result<String> {
    let value = URL_SAFE_NO_PAD.encode(domain.random::<32>());
    let (hash, secret) = (keys::sha256(value.as_bytes()), keys::sha256(secret.as_bytes()));
    let texts: Vec<String> = scopes.iter().map(|scope| scope.as_str().to_owned()).collect();
    let now = domain.now();
    let given = sqlx::query!(
        "insert into api_tokens (token_hash, client_id, scopes, created_at, expires_at, unit_id)
         select $1, c.id, $3, $4, $5, $7 from api_clients c join api_secrets s on s.client_id = c.id
         where c.id = $2 and c.revoked_at is null and s.secret_hash = $6 and (s.expires_at is null or s.expires_at > $4)
         for share of c, s",
        hash.as_slice(),
        client.uuid(),
        &texts,
        ts(now) as _,
        ts(now + SignedDuration::from_secs(TOKEN_SECONDS)) as _,
        secret.as_slice(),
        unit.map(UnitId::uuid)
    )
    .execute(domain.pool())
    .await?;
    if given.rows_affected() == 0 {
        return Err(Error::code(Code::BadCredentials));
    }
    Ok(value)
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
