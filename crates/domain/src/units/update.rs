use super::check;
use crate::{
    Error, Granted, Result, Tx,
    access::ManageUnits,
    audit::{self, Object},
};
use serde_json::json;
use types::{Code, units::UnitInput};

/// Changes the granted unit. The key may change too: addresses of the console change with it.
pub async fn update(tx: &mut Tx, by: &Granted<ManageUnits>, input: &UnitInput) -> Result<()> {
    let input = check(input)?;
    sqlx::query!(
        "update units set key = $2, name = $3, postal_address = $4, website = $5, accent = $6, sender_domains = $7, default_language = $8, time_zone = $9
         where id = $1",
        by.unit().uuid(),
        input.key,
        input.name,
        input.postal_address,
        input.website,
        input.accent,
        &input.sender_domains,
        input.default_language.code(),
        input.time_zone,
    )
    .execute(tx.conn())
    .await?;
    audit::record(
        tx,
        by,
        "unit.updated",
        Object::new("unit", by.unit().uuid(), &input.name),
        json!({"key": input.key}),
    )
    .await
}

/// Takes the unit out of use (or back, `archived = false`). The root stays, and so does a unit with living units below.
pub async fn archive(tx: &mut Tx, by: &Granted<ManageUnits>, archived: bool) -> Result<()> {
    let unit = by.unit().uuid();
    let row = sqlx::query!("select parent_id, name from units where id = $1 for update", unit)
        .fetch_optional(tx.conn())
        .await?;
    let Some(row) = row else {
        return Err(Error::not_found());
    };
    let living = sqlx::query_scalar!(
        r#"select count(*) as "count!" from units where parent_id = $1 and archived_at is null"#,
        unit
    )
    .fetch_one(tx.conn())
    .await?;
    if archived && (row.parent_id.is_none() || living > 0) {
        return Err(Error::code(Code::InUse));
    }
    let now = archived.then(|| tx.now_sql());
    sqlx::query!("update units set archived_at = $2 where id = $1", unit, now as _)
        .execute(tx.conn())
        .await?;
    let action = if archived {
        "unit.archived"
    } else {
        "unit.restored"
    };
    audit::record(tx, by, action, Object::new("unit", unit, &row.name), json!({})).await
}
