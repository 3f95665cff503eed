use crate::access::{ManageUnits, ViewUnit};
use crate::audit::{self, Object};
use crate::{Granted, Result, Tx};
use serde_json::json;

/// A unit as callers of Salesforce Marketing Cloud's interfaces know it.
#[derive(Clone, Debug)]
pub struct Account {
    /// They name units by it, where one does not use the key: their MID.
    pub number: i64,
    pub name: String,
    pub time_zone: String,
    pub default_language: String,
    /// Of the whole installation: their EID.
    pub top_number: i64,
    pub top_name: String,
}

/// The granted unit's account.
///
/// # Errors
/// When the database cannot be asked.
pub async fn account(tx: &mut Tx, by: &Granted<ViewUnit>) -> Result<Account> {
    Ok(sqlx::query_as!(
        Account,
        r#"select u.account_number as number, u.name, u.time_zone, u.default_language, r.account_number as "top_number!", r.name as "top_name!"
           from units u join units r on r.id = u.ancestors[1] where u.id = $1"#,
        by.unit().uuid()
    )
    .fetch_one(tx.conn())
    .await?)
}

/// Gives the granted unit another account number: the one that its callers had for it elsewhere.
///
/// # Errors
/// Field `account_number` when it is another unit's, or out of range (1 to 2^53 - 1, which every JSON reader can hold).
pub async fn set_account_number(tx: &mut Tx, by: &Granted<ManageUnits>, number: i64) -> Result<()> {
    let name = sqlx::query_scalar!(
        "update units set account_number = $2 where id = $1 returning name",
        by.unit().uuid(),
        number
    )
    .fetch_one(tx.conn())
    .await?;
    audit::record(
        tx,
        by,
        "unit.updated",
        Object::new("unit", by.unit().uuid(), &name),
        json!({"account_number": number}),
    )
    .await
}
