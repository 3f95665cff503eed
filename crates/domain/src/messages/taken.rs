use crate::access::SendMessages;
use crate::{Granted, Result, Tx};
use std::collections::BTreeSet;

/// Which of these keys name a message of the unit already.
///
/// # Errors
/// When the database cannot be asked.
pub async fn taken(tx: &mut Tx, by: &Granted<SendMessages>, keys: &[String]) -> Result<BTreeSet<String>> {
    if keys.is_empty() {
        return Ok(BTreeSet::new());
    }
    let rows = sqlx::query_scalar!(
        "select key from messages where unit_id = $1 and key = any ($2)",
        by.unit().uuid(),
        keys
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().collect())
}
