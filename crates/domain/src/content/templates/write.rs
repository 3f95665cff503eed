use super::check::check;
use crate::{
    Error, Granted, Result, Tx,
    access::EditContent,
    audit::{self, Object},
};
use serde_json::json;
use types::{Code, TemplateId, content::TemplateInput};

/// Makes a template of the granted unit, at version 1.
pub async fn create(tx: &mut Tx, by: &Granted<EditContent>, input: &TemplateInput) -> Result<TemplateId> {
    let input = check(input)?;
    let id: TemplateId = tx.id();
    sqlx::query!(
        "insert into templates (id, unit_id, name, description, current_version, created_by, created_at, updated_at)
         values ($1, $2, $3, $4, 1, $5, $6, $6)",
        id.uuid(),
        by.unit().uuid(),
        input.name,
        input.description,
        by.user_uuid(),
        tx.now_sql() as _,
    )
    .execute(tx.conn())
    .await?;
    insert_version(tx, by, id, 1, &input).await?;
    audit::record(
        tx,
        by,
        "template.created",
        Object::new("template", id.uuid(), &input.name),
        json!({}),
    )
    .await?;
    Ok(id)
}

/// Changes a template of the granted unit. New markup or slots make a new version; what uses an older one keeps it.
/// Gives the version that is now current.
pub async fn update(
    tx: &mut Tx,
    by: &Granted<EditContent>,
    id: TemplateId,
    input: &TemplateInput,
) -> Result<Option<i32>> {
    let Some(row) = sqlx::query!(
        "select t.current_version, v.mjml, v.slots
         from templates t join template_versions v on v.template_id = t.id and v.version = t.current_version
         where t.id = $1 and t.unit_id = $2 for update of t",
        id.uuid(),
        by.unit().uuid(),
    )
    .fetch_optional(tx.conn())
    .await?
    else {
        return Ok(None);
    };
    let input = check(input)?;
    if input.version != row.current_version {
        return Err(Error::code(Code::EditConflict));
    }
    let changed = row.mjml != input.mjml || row.slots != serde_json::to_value(&input.slots)?;
    let version = if changed {
        row.current_version + 1
    } else {
        row.current_version
    };
    if changed {
        insert_version(tx, by, id, version, &input).await?;
    }
    sqlx::query!(
        "update templates set name = $3, description = $4, current_version = $5, updated_at = $6
         where id = $1 and unit_id = $2",
        id.uuid(),
        by.unit().uuid(),
        input.name,
        input.description,
        version,
        tx.now_sql() as _,
    )
    .execute(tx.conn())
    .await?;
    let object = Object::new("template", id.uuid(), &input.name);
    audit::record(tx, by, "template.updated", object, json!({ "version": version })).await?;
    Ok(Some(version))
}

async fn insert_version(
    tx: &mut Tx,
    by: &Granted<EditContent>,
    id: TemplateId,
    version: i32,
    input: &TemplateInput,
) -> Result<()> {
    let slots = serde_json::to_value(&input.slots)?;
    sqlx::query!(
        "insert into template_versions (template_id, version, mjml, slots, created_by, created_at)
         values ($1, $2, $3, $4, $5, $6)",
        id.uuid(),
        version,
        input.mjml,
        slots,
        by.user_uuid(),
        tx.now_sql() as _,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
