//! People of a unit as older interfaces walk through them: the newest first, or by key and address.

use super::address::EmailAddress;
use crate::access::ReadContacts;
use crate::{Error, Granted, Result, Tx, ts};
use jiff::Timestamp;
use types::ContactId;
use types::contacts::{Attributes, ContactStatus};

/// Most people that are looked up by name at once.
const NAMED: i64 = 10_000;

/// A person of the unit, whole.
#[derive(Clone, Debug)]
pub struct Walked {
    /// Of the person.
    pub id: ContactId,
    /// Given once, unique in the installation.
    pub number: i32,
    /// The unit's key for the person.
    pub key: Option<String>,
    /// The address mail goes to; empty: none.
    pub email: String,
    /// Shared.
    pub first_name: String,
    /// Shared.
    pub last_name: String,
    /// The unit's own facts.
    pub attributes: Attributes,
    /// Whether marketing reaches them.
    pub status: ContactStatus,
    /// Since when they want no marketing at all.
    pub unsubscribed_all_at: Option<Timestamp>,
    /// Since when the unit has them.
    pub created_at: Timestamp,
}

struct Row {
    id: ContactId,
    number: i32,
    key: Option<String>,
    email: String,
    first_name: String,
    last_name: String,
    attributes: serde_json::Value,
    status: String,
    unsubscribed_all_at: Option<jiff_sqlx::Timestamp>,
    created_at: jiff_sqlx::Timestamp,
}

impl Row {
    fn walked(self) -> Result<Walked> {
        Ok(Walked {
            id: self.id,
            number: self.number,
            key: self.key,
            email: self.email,
            first_name: self.first_name,
            last_name: self.last_name,
            attributes: serde_json::from_value(self.attributes)?,
            status: self
                .status
                .parse()
                .map_err(|_| Error::broken("unknown status of a contact"))?,
            unsubscribed_all_at: self.unsubscribed_all_at.map(jiff_sqlx::Timestamp::to_jiff),
            created_at: self.created_at.to_jiff(),
        })
    }
}

/// The unit's people, newest first, who came in this span (both ends included); `after` is the last one's time and id.
///
/// # Errors
/// When the database cannot be asked.
pub async fn walk(
    tx: &mut Tx,
    by: &Granted<ReadContacts>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    after: Option<(Timestamp, ContactId)>,
    limit: i64,
) -> Result<Vec<Walked>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select m.contact_id as "id: ContactId", c.number, m.key, coalesce(i.value, '') as "email!", c.first_name, c.last_name, m.attributes,
                  contact_status(c.erased_at, c.restricted_at, i.id, i.bounced_at, c.complained_at, c.unsubscribed_all_at) as "status!",
                  c.unsubscribed_all_at, m.created_at
           from contact_units m
           join contacts c on c.id = m.contact_id
           left join identities i on i.contact_id = m.contact_id and i.kind = 'email' and i.is_primary
           where m.unit_id = $1 and ($2::timestamptz is null or m.created_at >= $2) and ($3::timestamptz is null or m.created_at <= $3)
             and ($4::timestamptz is null or m.created_at < $4 or m.created_at = $4 and m.contact_id > $5::uuid)
           order by m.created_at desc, m.contact_id limit $6"#,
        by.unit().uuid(),
        from.map(ts) as Option<jiff_sqlx::Timestamp>,
        to.map(ts) as Option<jiff_sqlx::Timestamp>,
        after.map(|(at, _)| ts(at)) as Option<jiff_sqlx::Timestamp>,
        after.map(|(_, id)| id.uuid()),
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(Row::walked).collect()
}

/// The unit's people who have one of these keys, or one of these addresses as the one mail goes to; in no order, at most 10,000.
///
/// # Errors
/// When the database cannot be asked.
pub async fn named(tx: &mut Tx, by: &Granted<ReadContacts>, names: &[String]) -> Result<Vec<Walked>> {
    let rows = sqlx::query_as!(
        Row,
        r#"with people as (
               select m.contact_id from contact_units m where m.unit_id = $1 and m.key = any ($2)
               union
               select m.contact_id from identities i join contact_units m on m.unit_id = $1 and m.contact_id = i.contact_id
               where i.kind = 'email' and i.is_primary and i.normalised = any ($3)
           )
           select m.contact_id as "id: ContactId", c.number, m.key, coalesce(i.value, '') as "email!", c.first_name, c.last_name, m.attributes,
                  contact_status(c.erased_at, c.restricted_at, i.id, i.bounced_at, c.complained_at, c.unsubscribed_all_at) as "status!",
                  c.unsubscribed_all_at, m.created_at
           from people q
           join contact_units m on m.unit_id = $1 and m.contact_id = q.contact_id
           join contacts c on c.id = q.contact_id
           left join identities i on i.contact_id = q.contact_id and i.kind = 'email' and i.is_primary
           limit $4"#,
        by.unit().uuid(),
        names,
        &normalised_names(names),
        NAMED
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(Row::walked).collect()
}

/// Those of the names that are addresses, as they are matched.
pub(crate) fn normalised_names(names: &[String]) -> Vec<String> {
    names
        .iter()
        .filter_map(|name| EmailAddress::parse(name).ok())
        .map(|address| address.into_parts().1)
        .collect()
}
