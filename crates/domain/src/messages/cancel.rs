use super::status::locate;
use crate::access::SendMessages;
use crate::audit::{self, Object};
use crate::{Error, Granted, Result, Tx, dispatch, webhooks};
use serde_json::json;
use types::Code;

/// Takes back a message whose time has not come. Doing it again changes nothing.
///
/// # Errors
/// `NotFound` where the unit has no such message; `WrongState` with where it stands once it is on its way.
pub async fn cancel(tx: &mut Tx, by: &Granted<SendMessages>, id_or_key: &str) -> Result<()> {
    let place = locate(tx, by.unit(), id_or_key)
        .await?
        .ok_or_else(|| Error::code(Code::NotFound))?;
    if !dispatch::recall(tx, place.dispatch, place.seq).await? {
        let outcome = sqlx::query_scalar!(
            "select outcome from outcomes where dispatch_id = $1 and seq = $2",
            place.dispatch.uuid(),
            place.seq
        )
        .fetch_optional(tx.conn())
        .await?;
        return match outcome.as_deref() {
            Some("cancelled") => Ok(()),
            other => Err(Error::wrong_state(other.unwrap_or("queued"))),
        };
    }
    webhooks::cancelled(tx, place.dispatch, place.seq).await?;
    let object = Object::new("message", place.id.uuid(), "");
    audit::record(tx, by, "message.cancelled", object, json!({})).await
}
