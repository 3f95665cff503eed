use crate::{Granted, Result, Tx, access::ReadContent};
use types::TemplateId;
use uuid::Uuid;

/// A template in use that the unit may use, by its id or name; among those of one name the nearest unit's.
///
/// # Errors
/// When the database cannot be asked.
pub async fn find(tx: &mut Tx, by: &Granted<ReadContent>, id_or_name: &str) -> Result<Option<TemplateId>> {
    Ok(sqlx::query_scalar!(
        r#"select t.id as "id: TemplateId" from units u join templates t on t.unit_id = any (u.ancestors)
           where u.id = $1 and t.archived_at is null and (t.id = $2 or lower(t.name) = lower($3))
           order by t.id = $2 desc nulls last, array_position(u.ancestors, t.unit_id) desc limit 1"#,
        by.unit().uuid(),
        Uuid::parse_str(id_or_name).ok(),
        id_or_name
    )
    .fetch_optional(tx.conn())
    .await?)
}
