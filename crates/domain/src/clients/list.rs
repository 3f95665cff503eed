//! Looking at clients.

use super::authenticate::scopes_of;
use super::networks::Networks;
use crate::access::ManageClients;
use crate::{Granted, Result, Tx};
use jiff::Timestamp;
use serde::Deserialize;
use types::clients::{ApiClient, ApiSecret};
use types::{ClientId, UnitId};

/// The unit's clients, those shut out last. There are few, so there are no pages.
///
/// # Errors
/// When the database is away.
pub async fn list(tx: &mut Tx, by: &Granted<ManageClients>) -> Result<Vec<ApiClient>> {
    select(tx, by, None).await
}

/// One of the unit's clients, also when it was shut out.
///
/// # Errors
/// When the database is away.
pub async fn get(tx: &mut Tx, by: &Granted<ManageClients>, id: ClientId) -> Result<Option<ApiClient>> {
    Ok(select(tx, by, Some(id)).await?.pop())
}

/// As the database writes it.
#[derive(Deserialize)]
struct Secret {
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
}

async fn select(tx: &mut Tx, by: &Granted<ManageClients>, id: Option<ClientId>) -> Result<Vec<ApiClient>> {
    let now = tx.now_sql();
    let rows = sqlx::query!(
        r#"select c.id as "id: ClientId", c.unit_id as "unit_id: UnitId", c.name, c.scopes, u.name as "owner?", c.created_at,
                  c.allowed_networks::text[] as "networks!", c.requests_per_minute, c.burst, c.edit_version,
                  c.last_used_at, host(c.last_used_from) as last_used_from, c.revoked_at,
                  coalesce(c.created_by = $3, false) as "mine!", s.secrets as "secrets!",
                  (select count(*) from api_tokens t where t.client_id = c.id and t.expires_at > $2 and c.revoked_at is null) as "tokens!"
           from api_clients c left join users u on u.id = c.created_by
           cross join lateral (
               select coalesce(jsonb_agg(jsonb_build_object('created_at', s.created_at, 'expires_at', s.expires_at)
                                         order by s.created_at desc, s.secret_hash), '[]') as secrets
               from api_secrets s
               where s.client_id = c.id and c.revoked_at is null and (s.expires_at is null or s.expires_at > $2)
           ) s
           where c.unit_id = $1 and ($4::uuid is null or c.id = $4)
           order by c.revoked_at is not null, c.name, c.id limit 1000"#,
        by.unit().uuid(),
        now as _,
        by.person().ok().map(types::UserId::uuid),
        id.map(ClientId::uuid)
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            let secrets: Vec<Secret> = serde_json::from_value(row.secrets)?;
            let live_secrets = secrets.into_iter().map(|secret| ApiSecret {
                created_at: secret.created_at,
                expires_at: secret.expires_at,
            });
            let live_secrets: Vec<_> = live_secrets.collect();
            Ok(ApiClient {
                id: row.id,
                unit_id: row.unit_id,
                name: row.name,
                scopes: scopes_of(&row.scopes),
                allowed_networks: Networks::stored(&row.networks)?.shown(),
                requests_per_minute: row.requests_per_minute,
                burst: row.burst,
                owner: row.owner,
                mine: row.mine,
                secrets: i64::try_from(live_secrets.len()).unwrap_or(i64::MAX),
                live_secrets,
                tokens: row.tokens,
                created_at: row.created_at.to_jiff(),
                last_used_at: row.last_used_at.map(jiff_sqlx::Timestamp::to_jiff),
                last_used_from: row.last_used_from,
                revoked_at: row.revoked_at.map(jiff_sqlx::Timestamp::to_jiff),
                edit_version: row.edit_version,
            })
        })
        .collect()
}
