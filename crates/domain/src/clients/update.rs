//! Changing what a client may do, from where, and how often.

use super::authenticate::scopes_of;
use super::manage::{Checked, check, find};
use crate::access::ManageClients;
use crate::audit::{self, Object};
use crate::{Error, Granted, Result, Tx};
use serde_json::json;
use types::access::Permission;
use types::clients::ApiClientInput;
use types::{ClientId, Code};

/// Changes a client, from its next call on: tokens it holds may do what they were given for and the client still may. `may` says what the
/// person who does it holds in the unit: nobody adds more; what is there already may stay.
///
/// # Errors
/// Not found when the unit has no such client, or it was shut out; `EditConflict` where somebody changed it meanwhile; field errors of
/// whatever is not right.
pub async fn update(
    tx: &mut Tx,
    by: &Granted<ManageClients>,
    may: impl Fn(Permission) -> bool,
    id: ClientId,
    input: &ApiClientInput,
) -> Result<()> {
    let found = find(tx, by, id).await?;
    if found.edit_version != input.edit_version {
        return Err(Error::code(Code::EditConflict));
    }
    let held = scopes_of(&found.scopes);
    if !input
        .scopes
        .iter()
        .all(|scope| held.contains(scope) || may(*scope))
    {
        return Err(Error::field("scopes", Code::CannotGrantRole));
    }
    let Checked {
        name,
        scopes,
        networks,
        rate,
        burst,
    } = check(input)?;
    sqlx::query!(
        "update api_clients set name = $2, scopes = $3, allowed_networks = $4::text[]::cidr[], requests_per_minute = $5, burst = $6,
             edit_version = edit_version + 1
         where id = $1",
        id.uuid(),
        name,
        &scopes,
        &networks.texts() as &[String],
        rate,
        burst,
    )
    .execute(tx.conn())
    .await?;
    let detail = json!({
        "before": {"name": found.name, "scopes": found.scopes},
        "name": name, "scopes": scopes, "allowed_networks": networks.shown(), "requests_per_minute": rate, "burst": burst,
    });
    audit::record(
        tx,
        by,
        "client.updated",
        Object::new("client", id.uuid(), &name),
        detail,
    )
    .await
}
