use super::Plan;
use crate::access::SendMessages;
use crate::{Granted, Result, Tx};
use types::campaigns::Sender;

/// Who the messages of a version are from, as it was approved. Of a sender that depends on the message, the name still has its tags.
///
/// # Errors
/// When the database cannot be asked.
pub async fn sender_of(tx: &mut Tx, by: &Granted<SendMessages>, plan: &Plan) -> Result<Sender> {
    let sender = sqlx::query_scalar!(
        "select r.sender from campaign_revisions r join campaigns c on c.id = r.campaign_id where r.id = $2 and c.unit_id = $1",
        by.unit().uuid(),
        plan.revision.uuid()
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(serde_json::from_value(sender)?)
}
