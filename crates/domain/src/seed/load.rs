//! Many people for measuring: made in the database, set-based, no row passes through the server.

use crate::{Error, Result, Tx, units};
use types::Code;

/// Adds `contacts` people with an address each to the root unit, half of them subscribed to its topic `load`.
///
/// # Errors
/// Not found before the installation has been set up; out of range above 100 million.
pub async fn load(tx: &mut Tx, contacts: u32) -> Result<u64> {
    if contacts > 100_000_000 {
        return Err(Error::field("contacts", Code::OutOfRange));
    }
    let Some(root) = units::root(tx).await? else {
        return Err(Error::not_found());
    };
    let now = tx.now_sql();
    sqlx::query!(
        r#"insert into topics (id, unit_id, key, name, is_public, created_at)
           values ($1, $2, 'load', '{"en": "Load", "pl": "Obciążenie", "de": "Last", "fr": "Charge"}', false, $3) on conflict do nothing"#,
        tx.uuid(),
        root.uuid(),
        now as _
    )
    .execute(tx.conn())
    .await?;
    let now = tx.now_sql();
    let made = sqlx::query!(
        r#"with fresh as materialized (
               select gen_random_uuid() as id, n from generate_series(1, $1::integer) n
           ), people as (
               insert into contacts (id, first_name, last_name, language, created_at, updated_at)
               select id, 'Load', 'Person ' || n, (array['en', 'pl', 'de', 'fr'])[1 + n % 4], $3, $3 from fresh
           ), addresses as (
               insert into identities (id, contact_id, kind, value, normalised, created_at)
               select gen_random_uuid(), id, 'email', 'load.' || id || '@load.example', 'load.' || id || '@load.example', $3 from fresh
           ), members as (
               insert into contact_units (unit_id, contact_id, attributes, source, created_at, updated_at)
               select $2, id, jsonb_build_object('year', 1 + n % 5), 'load', $3, $3 from fresh
           )
           insert into subscriptions (contact_id, topic_id, status, source, changed_at)
           select f.id, t.id, 'subscribed', 'load', $3 from fresh f, topics t where t.unit_id = $2 and t.key = 'load' and f.n % 2 = 0"#,
        i32::try_from(contacts).unwrap_or(i32::MAX),
        root.uuid(),
        now as _
    )
    .execute(tx.conn())
    .await?;
    Ok(made.rows_affected())
}
