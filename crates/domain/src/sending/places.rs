//! A unit's own bounce domain and address of links.

use super::names::{optional_domain, optional_origin};
use crate::error::Fields;
use crate::{
    Error, Granted, Result, Tx,
    access::ManageSenders,
    audit::{self, Object},
};
use serde_json::json;
use types::sending::UnitPlaces;

/// What the unit has of its own.
pub async fn unit_places(tx: &mut Tx, by: &Granted<ManageSenders>) -> Result<UnitPlaces> {
    let row = sqlx::query!(
        "select bounce_domain, tracking_origin from units where id = $1",
        by.unit().uuid()
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(Error::not_found)?;
    Ok(UnitPlaces {
        bounce_domain: row.bounce_domain.unwrap_or_default(),
        tracking_origin: row.tracking_origin.unwrap_or_default(),
    })
}

/// Sets what the unit has of its own. It holds for the units below that have nothing of theirs.
///
/// # Errors
/// Fields that are not right.
pub async fn set_unit_places(tx: &mut Tx, by: &Granted<ManageSenders>, input: &UnitPlaces) -> Result<()> {
    let mut fields = Fields::new();
    let bounce_domain = optional_domain(&mut fields, "bounce_domain", &input.bounce_domain);
    let tracking_origin = optional_origin(
        &mut fields,
        "tracking_origin",
        &input.tracking_origin,
        tx.public_url(),
    );
    fields.finish()?;
    let unit = by.unit().uuid();
    let name = sqlx::query_scalar!(
        "update units set bounce_domain = $2, tracking_origin = $3 where id = $1 returning name",
        unit,
        bounce_domain,
        tracking_origin
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(Error::not_found)?;
    let detail = json!({ "bounce_domain": bounce_domain, "tracking_origin": tracking_origin });
    audit::record(tx, by, "unit.updated", Object::new("unit", unit, &name), detail).await
}
