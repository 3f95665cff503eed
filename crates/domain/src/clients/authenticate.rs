//! From a token to an [`Actor`]: what every call begins with, in one statement.

use super::limit::{Limit, Seen};
use super::meter::Quota;
use super::networks::Networks;
use crate::access::{ActorUnit, ClientOf};
use crate::{Actor, Domain, Error, Result, keys, ts};
use std::net::IpAddr;
use std::sync::Arc;
use types::access::{Permission, Role};
use types::{ClientId, UnitId, UserId};

/// A client whose token was checked. Nothing of it may be kept for a later call: rights are taken away, and clients shut out, at once.
#[derive(Clone, Debug)]
pub struct Caller {
    /// What it may do now.
    pub actor: Actor,
    /// Its own unit, or its token's, in which it acts unless it names another.
    pub unit: UnitId,
    pub client: ClientId,
    /// For [`super::Meter::spend`].
    pub quota: Quota,
    networks: Networks,
}

impl Caller {
    /// Whether it may call from an address. To be asked at every call.
    ///
    /// # Errors
    /// [`types::Code::AddressNotAllowed`], naming the address.
    pub fn admit(&self, address: IpAddr) -> Result<()> {
        self.networks.admit(address)
    }
}

/// Who a token belongs to; `None` for one that is unknown, expired, or of a client that was shut out or whose owner has left.
/// A token for a unit below the client's is good for that one and those below it.
///
/// # Errors
/// When the database is away.
pub async fn authenticate(domain: &Domain, token: &str) -> Result<Option<Caller>> {
    let hash = keys::sha256(token.as_bytes());
    // A row a unit, as for people (`Actor::load`), or one without a unit for a client whose owner has none of its units any more.
    let rows = sqlx::query!(
        r#"select c.id as "client: ClientId", c.name as client_name, coalesce(t.unit_id, c.unit_id) as "home!: UnitId", c.created_by as "owner!: UserId",
                  c.by_operator, array(select unnest(t.scopes) intersect select unnest(c.scopes)) as "scopes!",
                  c.allowed_networks::text[] as "networks!", c.requests_per_minute, c.burst,
                  coalesce(b.version, 0) as "version!",
                  least(c.burst, b.tokens + greatest(0, extract(epoch from clock_timestamp() - b.refilled_at)::double precision)
                      * c.requests_per_minute / 60)::double precision as "tokens!",
                  u.id as "id?: UnitId", u.key as "key?", u.name as "name?", u.parent_id as "parent_id?: UnitId", u.accent as "accent?",
                  u.roles as "roles?"
           from api_tokens t
           join api_clients c on c.id = t.client_id
           join users s on s.id = c.created_by
           left join client_buckets b on b.client_id = c.id
           left join lateral (
               select u.id, u.key, u.name, u.parent_id, u.accent,
                      array(select distinct m.role from memberships m
                            where m.user_id = c.created_by and m.unit_id = any (u.ancestors) and not c.by_operator) as roles,
                      (select array_agg(a.name order by array_position(u.ancestors, a.id)) from units a where a.id = any (u.ancestors)) as path
               from units u
               where coalesce(t.unit_id, c.unit_id) = any (u.ancestors) and u.archived_at is null
           ) u on c.by_operator or u.roles <> '{}'
           where t.token_hash = $1 and t.expires_at > $2 and c.revoked_at is null and (c.by_operator or s.status = 'active')
             and (t.unit_id is null or exists (
                 select from units h where h.id = t.unit_id and h.archived_at is null and c.unit_id = any (h.ancestors)))
           order by u.path"#,
        hash.as_slice(),
        ts(domain.now()) as _
    )
    .fetch_all(domain.pool())
    .await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let mut units = Vec::with_capacity(rows.len());
    for unit in &rows {
        let (Some(id), Some(key), Some(name), Some(accent), Some(roles)) =
            (unit.id, &unit.key, &unit.name, &unit.accent, &unit.roles)
        else {
            continue;
        };
        let roles: std::result::Result<Vec<Role>, _> = roles.iter().map(|role| role.parse()).collect();
        let roles = roles.map_err(|_| Error::broken("unknown role in memberships"))?;
        let unit = ActorUnit {
            id,
            key: key.clone(),
            name: name.clone(),
            parent_id: unit.parent_id,
            accent: accent.clone(),
            permissions: Arc::default(),
        };
        units.push((unit, (!row.by_operator).then_some(roles)));
    }
    let acting = ClientOf {
        id: row.client,
        name: &row.client_name,
        owner: row.owner,
        scopes: &scopes_of(&row.scopes),
    };
    Ok(Some(Caller {
        actor: acting.acting(units),
        unit: row.home,
        client: row.client,
        quota: Quota {
            client: row.client,
            limit: Limit::of_row(row.requests_per_minute, row.burst),
            seen: Seen {
                version: row.version,
                tokens: row.tokens,
            },
        },
        networks: Networks::stored(&row.networks)?,
    }))
}

/// Scopes by name; one that this version does not know gives nothing.
pub(super) fn scopes_of(texts: &[String]) -> Vec<Permission> {
    texts.iter().filter_map(|scope| scope.parse().ok()).collect()
}
