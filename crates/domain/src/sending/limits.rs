//! How fast others take mail.

use super::names::{domain_name, optional_rate};
use crate::error::Fields;
use crate::{
    Error, Granted, Result, Tx,
    access::ManageSystem,
    audit::{self, Object},
};
use serde_json::json;
use types::Code;
use types::sending::RecipientLimit;
use uuid::Uuid;

/// The installation's limits by domain.
pub async fn list_limits(tx: &mut Tx, _by: &Granted<ManageSystem>) -> Result<Vec<RecipientLimit>> {
    Ok(sqlx::query_as!(
        RecipientLimit,
        "select domain, max_per_second, max_connections from recipient_limits order by domain limit 1000"
    )
    .fetch_all(tx.conn())
    .await?)
}

/// Sets the limit of a recipients' domain, whether or not it had one.
///
/// # Errors
/// Fields that are not right; without any limit, `max_per_second` is required.
pub async fn set_limit(tx: &mut Tx, by: &Granted<ManageSystem>, input: &RecipientLimit) -> Result<()> {
    let mut fields = Fields::new();
    let domain = domain_name(&input.domain);
    if domain.is_none() {
        fields.add("domain", Code::BadFormat);
    }
    optional_rate(&mut fields, "max_per_second", input.max_per_second);
    if input.max_connections.is_some_and(|it| !(1..=1000).contains(&it)) {
        fields.add("max_connections", Code::OutOfRange);
    }
    if input.max_per_second.is_none() && input.max_connections.is_none() {
        fields.add("max_per_second", Code::Required);
    }
    fields.finish()?;
    let domain = domain.unwrap_or_default();
    sqlx::query!(
        "insert into recipient_limits (domain, max_per_second, max_connections) values ($1, $2, $3)
         on conflict (domain) do update set max_per_second = excluded.max_per_second, max_connections = excluded.max_connections",
        domain,
        input.max_per_second,
        input.max_connections
    )
    .execute(tx.conn())
    .await?;
    let detail = json!({ "max_per_second": input.max_per_second, "max_connections": input.max_connections });
    audit::record(tx, by, "recipient_limit.updated", object(&domain), detail).await
}

/// Takes a limit away.
///
/// # Errors
/// Not found.
pub async fn remove_limit(tx: &mut Tx, by: &Granted<ManageSystem>, domain: &str) -> Result<()> {
    let domain = domain_name(domain).ok_or_else(Error::not_found)?;
    let done = sqlx::query!("delete from recipient_limits where domain = $1", domain)
        .execute(tx.conn())
        .await?;
    if done.rows_affected() == 0 {
        return Err(Error::not_found());
    }
    audit::record(tx, by, "recipient_limit.removed", object(&domain), json!({})).await
}

fn object(domain: &str) -> Object<'_> {
    Object {
        kind: "recipient_limit",
        id: None::<Uuid>,
        name: domain,
    }
}
