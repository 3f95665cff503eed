//! A client's secrets.

use super::manage::{Found, find};
use crate::access::{ActorKind, ManageClients};
use crate::audit::{self, Object};
use crate::{Error, Granted, Result, Tx, keys, ts};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use serde_json::json;
use types::clients::{ApiCredentials, DEFAULT_OVERLAP, MOST_OVERLAP, RotateInput};
use types::{ClientId, Code};

pub(super) async fn add_secret(tx: &mut Tx, client: ClientId) -> Result<String> {
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

/// Gives a client a new secret. The old ones work on for the overlap, so that nothing stops while it is being changed; without one they
/// end at once, with every token that was given for them.
///
/// A client's campaigns count as its owner's work, so that nobody else may hold its secret: with a colleague's client one
/// could approve what one wrote (law 2), or do what only the colleague may. Whoever runs the server gets those of clients that
/// answer to them.
///
/// # Errors
/// Not found when the unit has no such client, or it was shut out; refused when it answers for somebody else; field error
/// `overlap_hours`.
pub async fn rotate(
    tx: &mut Tx,
    by: &Granted<ManageClients>,
    id: ClientId,
    input: RotateInput,
) -> Result<ApiCredentials> {
    let Found {
        name,
        owner,
        by_operator,
        ..
    } = find(tx, by, id).await?;
    let theirs = match by.kind() {
        ActorKind::System => by_operator,
        ActorKind::User(_) | ActorKind::Client(_) => owner == Some(by.person()?),
    };
    if !theirs {
        return Err(Error::code(Code::ClientOfAnother));
    }
    let hours = input.overlap_hours.unwrap_or(DEFAULT_OVERLAP);
    if !(0..=MOST_OVERLAP).contains(&hours) {
        return Err(Error::field("overlap_hours", Code::OutOfRange));
    }
    let until = tx.now() + SignedDuration::from_hours(i64::from(hours));
    sqlx::query!(
        "update api_secrets set expires_at = $2 where client_id = $1 and (expires_at is null or expires_at > $2)",
        id.uuid(),
        ts(until) as _
    )
    .execute(tx.conn())
    .await?;
    if hours == 0 {
        sqlx::query!("delete from api_tokens where client_id = $1", id.uuid())
            .execute(tx.conn())
            .await?;
    }
    let client_secret = add_secret(tx, id).await?;
    audit::record(
        tx,
        by,
        "client.secret_changed",
        Object::new("client", id.uuid(), &name),
        json!({"overlap_hours": hours}),
    )
    .await?;
    Ok(ApiCredentials {
        client_id: id,
        client_secret,
    })
}
