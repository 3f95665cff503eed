use crate::access::Permits;
use crate::{Granted, Result, Tx};
use uuid::Uuid;

/// The key of a definition as it is written, for callers whose look-ups know no case; by id too. None where the unit has none such.
///
/// # Errors
/// When the database cannot be asked.
pub async fn key_of<P: Permits>(tx: &mut Tx, by: &Granted<P>, id_or_key: &str) -> Result<Option<String>> {
    Ok(sqlx::query_scalar!(
        r#"select key as "key!" from campaigns
           where unit_id = $1 and kind = 'message' and (id = $2 or lower(key) = lower($3))
           order by id = $2 desc nulls last, key = $3 desc, key limit 1"#,
        by.unit().uuid(),
        Uuid::parse_str(id_or_key).ok(),
        id_or_key
    )
    .fetch_optional(tx.conn())
    .await?)
}
