//! Real people of the unit for previews, and which attributes they have.

use crate::{Granted, Result, Tx, access::ReadContacts, audit::like};
use types::{ContactId, UnitId, content::SamplePerson};

/// Up to twenty of the unit's people, the newest first; `search` looks at names and at the whole address.
pub async fn people(tx: &mut Tx, by: &Granted<ReadContacts>, search: &str) -> Result<Vec<SamplePerson>> {
    let search = search.trim();
    let pattern = format!("{}%", like(search));
    // Bounded: a search that finds nobody must not read a million rows for a preview.
    let rows = sqlx::query!(
        r#"select c.id as "id: ContactId", c.first_name, c.last_name, c.language,
                  coalesce(i.value, '') as "email!", r.attributes
           from (select contact_id, attributes, created_at from contact_units where unit_id = $1
                 order by created_at desc, contact_id limit 20000) r
           join contacts c on c.id = r.contact_id and c.erased_at is null
           left join identities i on i.contact_id = c.id and i.kind = 'email' and i.is_primary
           where $2 = '' or c.first_name ilike $3 or c.last_name ilike $3 or i.normalised = lower($2)
           order by r.created_at desc, c.id limit 20"#,
        by.unit().uuid(),
        search,
        pattern,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| SamplePerson {
            id: row.id,
            first_name: row.first_name,
            last_name: row.last_name,
            email: row.email,
            language: row.language.and_then(|it| it.parse().ok()),
            attributes: match row.attributes {
                serde_json::Value::Object(map) => map,
                _ => serde_json::Map::new(),
            },
        })
        .collect())
}

/// Attribute keys in use, of the newest rows: enough to suggest names, at no cost at a million people.
pub(super) async fn attribute_keys(tx: &mut Tx, unit: UnitId) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!(
        r#"select distinct k as "key!" from
             (select attributes from contact_units where unit_id = $1 order by created_at desc, contact_id limit 500) r,
             jsonb_object_keys(r.attributes) k
           order by 1 limit 200"#,
        unit.uuid()
    )
    .fetch_all(tx.conn())
    .await?)
}
