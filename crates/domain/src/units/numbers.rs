use crate::{Actor, Result, Tx};
use types::UnitId;

/// The account numbers of the units that the actor sees, as `(unit, number)`.
///
/// # Errors
/// When the database cannot be asked.
pub async fn numbers(tx: &mut Tx, actor: &Actor) -> Result<Vec<(UnitId, i64)>> {
    let ids: Vec<_> = actor.units().iter().map(|unit| unit.id.uuid()).collect();
    let rows = sqlx::query!(
        r#"select id as "id: UnitId", account_number from units where id = any ($1)"#,
        &ids
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.account_number)).collect())
}
