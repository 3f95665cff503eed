use crate::{
    Granted, Result, Tx,
    access::EditContent,
    audit::{self, Object},
};
use serde_json::json;
use types::TemplateId;

/// Takes a template of the granted unit out of the gallery, or back. Campaigns that use it keep it. `false`: there is
/// no such template.
pub async fn archive(tx: &mut Tx, by: &Granted<EditContent>, id: TemplateId, archived: bool) -> Result<bool> {
    let now = archived.then(|| tx.now_sql());
    let name = sqlx::query_scalar!(
        "update templates set archived_at = $3 where id = $1 and unit_id = $2 returning name",
        id.uuid(),
        by.unit().uuid(),
        now as _,
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(name) = name else { return Ok(false) };
    let action = if archived {
        "template.archived"
    } else {
        "template.restored"
    };
    audit::record(
        tx,
        by,
        action,
        Object::new("template", id.uuid(), &name),
        json!({}),
    )
    .await?;
    Ok(true)
}
