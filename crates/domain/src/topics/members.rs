//! Who has to do with which topic, person by person, as older interfaces walk through their lists.

use crate::access::ReadContacts;
use crate::contacts::normalised_names;
use crate::{Error, Granted, Result, Tx};
use jiff::Timestamp;
use types::topics::SubscriptionStatus;
use types::{ContactId, TopicId};

/// One person's place in a topic.
#[derive(Clone, Debug)]
pub struct Member {
    /// The topic.
    pub topic: TopicId,
    /// Its number.
    pub topic_number: i32,
    /// The person.
    pub contact: ContactId,
    /// The person's number.
    pub contact_number: i32,
    /// The unit's key for the person.
    pub key: Option<String>,
    /// The address mail goes to; empty: none.
    pub email: String,
    /// Whether they get it.
    pub status: SubscriptionStatus,
    /// Since when that is so.
    pub changed_at: Timestamp,
}

/// Where a walk goes on.
pub type MemberPlace = (TopicId, SubscriptionStatus, ContactId);

struct Row {
    topic: TopicId,
    topic_number: i32,
    contact: ContactId,
    contact_number: i32,
    key: Option<String>,
    email: String,
    status: String,
    changed_at: jiff_sqlx::Timestamp,
}

impl Row {
    fn member(self) -> Result<Member> {
        Ok(Member {
            topic: self.topic,
            topic_number: self.topic_number,
            contact: self.contact,
            contact_number: self.contact_number,
            key: self.key,
            email: self.email,
            status: self
                .status
                .parse()
                .map_err(|_| Error::broken("unknown status in subscriptions"))?,
            changed_at: self.changed_at.to_jiff(),
        })
    }
}

/// Everybody of one topic of the unit whom the unit has, in an order that an index keeps; `after` is the last one's place.
///
/// # Errors
/// When the database cannot be asked.
pub async fn members(
    tx: &mut Tx,
    by: &Granted<ReadContacts>,
    topic: TopicId,
    after: Option<MemberPlace>,
    limit: i64,
) -> Result<Vec<Member>> {
    let after = after.filter(|(last, ..)| *last == topic);
    let rows = sqlx::query_as!(
        Row,
        r#"select s.topic_id as "topic: TopicId", t.number as topic_number, s.contact_id as "contact: ContactId", c.number as contact_number,
                  m.key, coalesce(i.value, '') as "email!", s.status, s.changed_at
           from topics t
           join subscriptions s on s.topic_id = t.id
           join contact_units m on m.unit_id = t.unit_id and m.contact_id = s.contact_id
           join contacts c on c.id = s.contact_id
           left join identities i on i.contact_id = s.contact_id and i.kind = 'email' and i.is_primary
           where t.unit_id = $1 and t.id = $2 and ($3::text is null or (s.status, s.contact_id) > ($3, $4::uuid))
           order by s.status, s.contact_id limit $5"#,
        by.unit().uuid(),
        topic.uuid(),
        after.map(|(_, status, _)| status.as_str()),
        after.map(|(.., contact)| contact.uuid()),
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(Row::member).collect()
}

/// What people of these keys or addresses have to do with the unit's topics; at most 10,000 lines.
///
/// # Errors
/// When the database cannot be asked.
pub async fn members_named(tx: &mut Tx, by: &Granted<ReadContacts>, names: &[String]) -> Result<Vec<Member>> {
    let rows = sqlx::query_as!(
        Row,
        r#"with people as (
               select m.contact_id from contact_units m where m.unit_id = $1 and m.key = any ($2)
               union
               select m.contact_id from identities i join contact_units m on m.unit_id = $1 and m.contact_id = i.contact_id
               where i.kind = 'email' and i.is_primary and i.normalised = any ($3)
           )
           select s.topic_id as "topic: TopicId", t.number as topic_number, s.contact_id as "contact: ContactId", c.number as contact_number,
                  m.key, coalesce(i.value, '') as "email!", s.status, s.changed_at
           from people q
           join contact_units m on m.unit_id = $1 and m.contact_id = q.contact_id
           join contacts c on c.id = q.contact_id
           join subscriptions s on s.contact_id = q.contact_id
           join topics t on t.id = s.topic_id and t.unit_id = $1
           left join identities i on i.contact_id = q.contact_id and i.kind = 'email' and i.is_primary
           order by s.topic_id, s.status, s.contact_id limit 10000"#,
        by.unit().uuid(),
        names,
        &normalised_names(names)
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(Row::member).collect()
}
