use super::check;
use crate::{
    Error, Granted, Result, Tx,
    access::{ManageUnits, System},
    audit::{self, Object},
};
use serde_json::json;
use types::{Code, UnitId, units::UnitInput};

/// Makes a unit below the granted one.
pub async fn create(tx: &mut Tx, by: &Granted<ManageUnits>, input: &UnitInput) -> Result<UnitId> {
    let input = check(input)?;
    let id = insert(tx, Some(by.unit()), &input).await?;
    audit::record(
        tx,
        by,
        "unit.created",
        Object::new("unit", id.uuid(), &input.name),
        json!({"key": input.key}),
    )
    .await?;
    Ok(id)
}

/// Makes the topmost unit, the university itself: once, at set-up.
pub async fn create_root(tx: &mut Tx, input: &UnitInput) -> Result<UnitId> {
    let input = check(input)?;
    if sqlx::query_scalar!("select 1 from units where parent_id is null")
        .fetch_optional(tx.conn())
        .await?
        .is_some()
    {
        return Err(Error::code(Code::SetupDone));
    }
    let id = insert(tx, None, &input).await?;
    let by = System.grant::<ManageUnits>(id);
    audit::record(
        tx,
        &by,
        "unit.created",
        Object::new("unit", id.uuid(), &input.name),
        json!({"key": input.key}),
    )
    .await?;
    Ok(id)
}

async fn insert(tx: &mut Tx, parent: Option<UnitId>, input: &UnitInput) -> Result<UnitId> {
    let id: UnitId = tx.id();
    sqlx::query!(
        "insert into units (id, parent_id, ancestors, key, name, postal_address, website, accent, sender_domains, default_language, time_zone, created_at)
         values ($1, $2, coalesce((select ancestors from units where id = $2), '{}') || $1::uuid, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        id.uuid(),
        parent.map(UnitId::uuid),
        input.key,
        input.name,
        input.postal_address,
        input.website,
        input.accent,
        &input.sender_domains,
        input.default_language.code(),
        input.time_zone,
        tx.now_sql() as _,
    )
    .execute(tx.conn())
    .await?;
    Ok(id)
}
