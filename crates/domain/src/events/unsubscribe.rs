//! Who is behind a signed link, and what unsubscribing from one message means.

use super::{Hit, HitKind, record};
use crate::{
    Result, Tx,
    tokens::{DeliveryRef, Subject},
    topics::{self, Choice, Origin},
};
use serde_json::Value;
use types::{ContactId, Language, TopicId, UnitId};
use uuid::Uuid;

/// The person behind a link, as public pages need them.
#[derive(Clone, Debug)]
pub struct Recipient {
    pub contact: ContactId,
    pub first_name: String,
    pub language: Option<Language>,
    /// The address they are written to; empty when there is none (any more).
    pub address: String,
    pub unsubscribed_all: bool,
    /// Where the message came from; none for a link that belongs to no message.
    pub unit: Option<RecipientUnit>,
    /// What the message was about; empty: the unit as a whole.
    pub topics: Vec<RecipientTopic>,
}

/// The sender as the page shows it.
#[derive(Clone, Debug)]
pub struct RecipientUnit {
    pub id: UnitId,
    pub name: String,
    pub accent: String,
    pub language: Language,
}

/// A topic of the message.
#[derive(Clone, Debug)]
pub struct RecipientTopic {
    pub id: TopicId,
    /// By language code.
    pub name: Value,
}

/// Whoever the link of a delivery belongs to; `None` when erased.
///
/// # Errors
/// When the database cannot be asked.
pub async fn recipient(tx: &mut Tx, delivery: DeliveryRef) -> Result<Option<Recipient>> {
    let Some(row) = sqlx::query!(
        r#"select c.id as "contact: ContactId", c.first_name, c.language, c.unsubscribed_all_at is not null as "unsubscribed_all!",
                  coalesce(i.value, '') as "address!", u.id as "unit: UnitId", u.name as unit_name, u.accent, u.default_language, p.topics
           from ledger_line($1, $2) d
           join dispatches p on p.id = d.dispatch_id
           join units u on u.id = p.unit_id
           join contacts c on c.id = d.contact_id and c.erased_at is null
           left join identities i on i.contact_id = c.id and i.kind = 'email' and i.is_primary"#,
        delivery.dispatch.uuid(),
        delivery.seq
    )
    .fetch_optional(tx.conn())
    .await?
    else {
        return Ok(None);
    };
    // A message to everyone in the unit is about all its topics that the person has.
    let topics = sqlx::query!(
        r#"select t.id as "id: TopicId", t.name from topics t
           where t.unit_id = $1 and ($2::uuid[] is null or t.id = any ($2))
             and ($2 is not null or exists (select from subscriptions s where s.topic_id = t.id and s.contact_id = $3))
           order by t.position, t.created_at, t.id"#,
        row.unit.uuid(),
        row.topics.as_deref() as Option<&[Uuid]>,
        row.contact.uuid()
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(Some(Recipient {
        contact: row.contact,
        first_name: row.first_name,
        language: row.language.and_then(|language| language.parse().ok()),
        address: row.address,
        unsubscribed_all: row.unsubscribed_all,
        unit: Some(RecipientUnit {
            id: row.unit,
            name: row.unit_name,
            accent: row.accent,
            language: row.default_language.parse().unwrap_or_default(),
        }),
        topics: topics
            .into_iter()
            .map(|topic| RecipientTopic {
                id: topic.id,
                name: topic.name,
            })
            .collect(),
    }))
}

/// Whoever a preference link belongs to; `None` when erased.
///
/// # Errors
/// When the database cannot be asked.
pub async fn subscriber(tx: &mut Tx, subject: Subject) -> Result<Option<Recipient>> {
    let contact = match subject {
        Subject::Delivery(delivery) => return recipient(tx, delivery).await,
        Subject::Contact(contact) => contact,
    };
    let row = sqlx::query!(
        r#"select c.first_name, c.language, c.unsubscribed_all_at is not null as "unsubscribed_all!", coalesce(i.value, '') as "address!"
           from contacts c left join identities i on i.contact_id = c.id and i.kind = 'email' and i.is_primary
           where c.id = $1 and c.erased_at is null"#,
        contact.uuid()
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| Recipient {
        contact,
        first_name: row.first_name,
        language: row.language.and_then(|language| language.parse().ok()),
        address: row.address,
        unsubscribed_all: row.unsubscribed_all,
        unit: None,
        topics: Vec::new(),
    }))
}

/// Unsubscribes from what the message was about (its topics, or all the unit's topics that the person has), and counts it
/// for the message once. Says whether anything changed; a second click changes nothing.
///
/// # Errors
/// When the database cannot be asked or written.
pub async fn unsubscribe(
    tx: &mut Tx,
    delivery: DeliveryRef,
    recipient: &Recipient,
    origin: &Origin<'_>,
) -> Result<bool> {
    let mut changed = false;
    for topic in &recipient.topics {
        changed |= topics::choose(tx, recipient.contact, topic.id, Choice::Unsubscribed, origin).await?;
    }
    if changed {
        note(tx, delivery).await?;
    }
    Ok(changed)
}

/// Stops everything (law 5), counted for the message it came from.
///
/// # Errors
/// When the database cannot be asked or written.
pub async fn unsubscribe_all(
    tx: &mut Tx,
    delivery: Option<DeliveryRef>,
    contact: ContactId,
    origin: &Origin<'_>,
) -> Result<bool> {
    let changed = topics::unsubscribe_all(tx, contact, origin).await?;
    if let (true, Some(delivery)) = (changed, delivery) {
        note(tx, delivery).await?;
    }
    Ok(changed)
}

async fn note(tx: &mut Tx, delivery: DeliveryRef) -> Result<()> {
    let hit = Hit {
        delivery,
        kind: HitKind::Unsubscribed,
        machine: None,
        user_agent: String::new(),
        network: String::new(),
        at: tx.now(),
    };
    record(tx, &[hit]).await
}
