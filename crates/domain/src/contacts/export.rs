//! The people of a unit as a CSV file, streamed: memory does not grow with their number.

use super::list::{Filter, page_of};
use crate::access::ExportContacts;
use crate::audit::{self, Object};
use crate::{Domain, Granted, Result, Tx, spreadsheet};
use futures::Stream;
use serde_json::{Value, json};
use std::collections::HashMap;
use types::PageQuery;
use uuid::Uuid;

/// People fetched at a time.
const BATCH: u32 = 200;
/// Columns before the unit's attributes.
const COLUMNS: [&str; 9] = [
    "email",
    "key",
    "first_name",
    "last_name",
    "language",
    "time_zone",
    "phone",
    "status",
    "topics",
];

/// The export as pieces of a file: UTF-8 with a byte order mark (Excel needs it), comma, CRLF (RFC 4180), cells that a
/// spreadsheet would run made harmless. Columns as an import reads them, `topics` being the keys of the topics subscribed to.
pub fn export(
    domain: &Domain,
    by: Granted<ExportContacts>,
    query: PageQuery,
) -> impl Stream<Item = Result<Vec<u8>>> + Send + use<> {
    let start = State {
        domain: domain.clone(),
        by,
        query: Some(PageQuery {
            limit: Some(BATCH),
            ..query
        }),
        attributes: None,
    };
    futures::stream::try_unfold(start, |mut state| async move {
        let Some(query) = state.query.take() else {
            return Ok(None);
        };
        let mut tx = state.domain.begin().await?;
        let mut rows = Vec::new();
        if state.attributes.is_none() {
            let names = attribute_names(&mut tx, &state.by).await?;
            let action = Object::new("unit", state.by.unit().uuid(), "");
            audit::record(&mut tx, &state.by, "contact.exported", action, json!({})).await?;
            rows.push(
                COLUMNS
                    .iter()
                    .map(|it| (*it).to_owned())
                    .chain(names.clone())
                    .collect(),
            );
            state.attributes = Some(names);
        }
        let names = state.attributes.as_deref().unwrap_or_default();
        let page = page_of(&mut tx, &state.by, &Filter::of(&query)?, &query).await?;
        let ids: Vec<Uuid> = page.items.iter().map(|person| person.id.uuid()).collect();
        let mut more = details(&mut tx, &state.by, &ids).await?;
        tx.commit().await?;
        for person in &page.items {
            let detail = more.remove(&person.id.uuid()).unwrap_or_default();
            let fixed = [
                person.email.as_str(),
                person.key.as_deref().unwrap_or(""),
                &person.first_name,
                &person.last_name,
                person.language.map_or("", types::Language::code),
                &detail.time_zone,
                &detail.phone,
                person.status.as_str(),
                &detail.topics,
            ];
            let own = names
                .iter()
                .map(|name| detail.attributes.get(name).map(cell).unwrap_or_default());
            rows.push(
                fixed
                    .iter()
                    .map(|text| (*text).to_owned())
                    .chain(own)
                    .collect::<Vec<_>>(),
            );
        }
        let bytes = spreadsheet::lines(&[], rows)?;
        state.query = page.next.map(|next| PageQuery {
            after: Some(next),
            ..query
        });
        Ok(Some((bytes, state)))
    })
}

struct State {
    domain: Domain,
    by: Granted<ExportContacts>,
    /// The next page; none when all is written.
    query: Option<PageQuery>,
    /// Names of the unit's attributes, once the heading is written.
    attributes: Option<Vec<String>>,
}

#[derive(Default)]
struct Details {
    time_zone: String,
    phone: String,
    topics: String,
    attributes: serde_json::Map<String, Value>,
}

async fn attribute_names(tx: &mut Tx, by: &Granted<ExportContacts>) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!(
        r#"select distinct name as "name!" from contact_units m, jsonb_object_keys(m.attributes) as name where m.unit_id = $1 order by 1"#,
        by.unit().uuid()
    )
    .fetch_all(tx.conn())
    .await?)
}

async fn details(tx: &mut Tx, by: &Granted<ExportContacts>, ids: &[Uuid]) -> Result<HashMap<Uuid, Details>> {
    let rows = sqlx::query!(
        r#"select m.contact_id, coalesce(c.time_zone, '') as "time_zone!", m.attributes,
                  coalesce((select i.value from identities i where i.contact_id = m.contact_id and i.kind = 'phone' and $1 = any (i.known_to)
                            order by i.is_primary desc limit 1), '') as "phone!",
                  coalesce((select string_agg(t.key, ' ' order by t.position, t.key) from subscriptions s join topics t on t.id = s.topic_id
                            where s.contact_id = m.contact_id and s.status = 'subscribed' and t.unit_id = $1), '') as "topics!"
           from contact_units m join contacts c on c.id = m.contact_id
           where m.unit_id = $1 and m.contact_id = any ($2)"#,
        by.unit().uuid(),
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            let attributes = serde_json::from_value(row.attributes)?;
            Ok((
                row.contact_id,
                Details {
                    time_zone: row.time_zone,
                    phone: row.phone,
                    topics: row.topics,
                    attributes,
                },
            ))
        })
        .collect()
}

fn cell(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
