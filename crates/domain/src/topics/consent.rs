//! What subscribers decide, whoever carries it out: the page behind a signed link, one click in a mail client, staff on the
//! phone with them, a file. Every change leaves a line in the append-only record (GDPR art. 7).

use crate::{Error, Result, Tx};
use serde_json::Value;
use types::topics::{ConsentAct, ConsentSource, Frequency, SubscriptionStatus, TopicChoice};
use types::{ContactId, TopicId, UnitId};
use uuid::Uuid;

/// Where a decision came from.
#[derive(Debug, Clone, Default)]
pub struct Origin<'a> {
    /// None stands for the console.
    pub source: Option<ConsentSource>,
    /// The staff user, import or delivery behind it.
    pub reference: Option<Uuid>,
    /// The unit concerned; none where it is all of them.
    pub unit: Option<UnitId>,
    /// The words the person saw.
    pub wording: &'a str,
    pub wording_version: &'a str,
    /// From where; kept because consent has to be provable.
    pub remote_address: Option<&'a str>,
}

impl Origin<'_> {
    fn source(&self) -> ConsentSource {
        self.source.unwrap_or(ConsentSource::Console)
    }
}

/// What somebody wants of a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// To get it, this often.
    Subscribed(Frequency),
    /// Not to get it.
    Unsubscribed,
}

/// Sets what a person wants of a topic. Says whether anything changed; only then is it recorded.
/// The caller has made sure that the person may be acted for (signed link, membership of the unit).
///
/// # Errors
/// When the database cannot be asked; not found when there is no such person or topic.
pub async fn choose(
    tx: &mut Tx,
    contact: ContactId,
    topic: TopicId,
    choice: Choice,
    origin: &Origin<'_>,
) -> Result<bool> {
    // The person's row is the lock: two clicks at once become one after the other.
    let known = sqlx::query_scalar!(
        "select exists (select from topics where id = $2) as \"topic!\" from contacts where id = $1 for no key update",
        contact.uuid(),
        topic.uuid()
    )
    .fetch_optional(tx.conn())
    .await?;
    if known != Some(true) {
        return Err(Error::not_found());
    }
    let before = sqlx::query!(
        "select status, frequency from subscriptions where contact_id = $1 and topic_id = $2",
        contact.uuid(),
        topic.uuid()
    )
    .fetch_optional(tx.conn())
    .await?;
    let was = before.as_ref().map(|row| row.status.as_str());
    let frequency_before = before.as_ref().map_or("all", |row| row.frequency.as_str());
    let (status, frequency) = match choice {
        Choice::Subscribed(frequency) => (SubscriptionStatus::Subscribed, frequency.as_str()),
        // How often stays remembered for the day they come back.
        Choice::Unsubscribed => (SubscriptionStatus::Unsubscribed, frequency_before),
    };
    let act = match (was == Some(status.as_str()), status) {
        (true, _) if frequency == frequency_before => return Ok(false),
        (true, _) => ConsentAct::Frequency,
        (false, SubscriptionStatus::Subscribed) => ConsentAct::Given,
        (false, SubscriptionStatus::Unsubscribed) => ConsentAct::Withdrawn,
    };
    sqlx::query!(
        "insert into subscriptions (contact_id, topic_id, status, frequency, source, changed_at) values ($1, $2, $3, $4, $5, $6)
         on conflict (contact_id, topic_id) do update
         set status = excluded.status, frequency = excluded.frequency, source = excluded.source, changed_at = excluded.changed_at",
        contact.uuid(),
        topic.uuid(),
        status.as_str(),
        frequency,
        origin.source().as_str(),
        tx.now_sql() as _,
    )
    .execute(tx.conn())
    .await?;
    record(tx, contact, Some(topic), act, origin).await?;
    Ok(true)
}

/// Law 5: stops every marketing channel in every unit at once. Says whether it was not so already.
///
/// # Errors
/// When the database cannot be asked; not found when there is no such person.
pub async fn unsubscribe_all(tx: &mut Tx, contact: ContactId, origin: &Origin<'_>) -> Result<bool> {
    let before = sqlx::query_scalar!(
        "select unsubscribed_all_at from contacts where id = $1 for update",
        contact.uuid()
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(Error::not_found)?;
    if before.is_some() {
        return Ok(false);
    }
    sqlx::query!(
        "update contacts set unsubscribed_all_at = $2, updated_at = $2 where id = $1",
        contact.uuid(),
        tx.now_sql() as _
    )
    .execute(tx.conn())
    .await?;
    record(tx, contact, None, ConsentAct::WithdrawnAll, origin).await?;
    Ok(true)
}

/// Takes a master unsubscribe (and a complaint) back: the person's own wish. Topics are as they were before it.
///
/// # Errors
/// When the database cannot be asked; not found when there is no such person.
pub async fn restore_all(tx: &mut Tx, contact: ContactId, origin: &Origin<'_>) -> Result<bool> {
    let before = sqlx::query!(
        "select unsubscribed_all_at is not null or complained_at is not null as \"stopped!\" from contacts where id = $1 for update",
        contact.uuid()
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(Error::not_found)?;
    if !before.stopped {
        return Ok(false);
    }
    sqlx::query!(
        "update contacts set unsubscribed_all_at = null, complained_at = null, updated_at = $2 where id = $1",
        contact.uuid(),
        tx.now_sql() as _
    )
    .execute(tx.conn())
    .await?;
    record(tx, contact, None, ConsentAct::RestoredAll, origin).await?;
    Ok(true)
}

/// A report of spam stops marketing at once (RFC 5965); a replay of it changes nothing.
///
/// # Errors
/// When the database cannot be asked.
pub async fn complained(tx: &mut Tx, contact: ContactId, origin: &Origin<'_>) -> Result<bool> {
    let done = sqlx::query!(
        "update contacts set complained_at = $2, updated_at = $2 where id = $1 and complained_at is null",
        contact.uuid(),
        tx.now_sql() as _
    )
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    let origin = Origin {
        source: Some(ConsentSource::Complaint),
        ..origin.clone()
    };
    record(tx, contact, None, ConsentAct::WithdrawnAll, &origin).await?;
    Ok(true)
}

/// One line of the record.
async fn record(
    tx: &mut Tx,
    contact: ContactId,
    topic: Option<TopicId>,
    act: ConsentAct,
    origin: &Origin<'_>,
) -> Result<()> {
    sqlx::query!(
        "insert into consent_records (contact_id, topic_id, unit_id, act, wording, wording_version, source, reference_id, remote_address, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        contact.uuid(),
        topic.map(TopicId::uuid),
        origin.unit.map(UnitId::uuid),
        act.as_str(),
        origin.wording,
        origin.wording_version,
        origin.source().as_str(),
        origin.reference,
        origin.remote_address,
        tx.now_sql() as _,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A topic as the preference centre shows it.
#[derive(Debug, Clone)]
pub struct SubscriberChoice {
    pub unit: UnitId,
    pub unit_name: String,
    pub choice: TopicChoice,
}

/// Every public topic of the units that know the person, and whatever else they are subscribed to, unit by unit: what the
/// person sees of themselves, behind a signed link.
///
/// # Errors
/// When the database cannot be asked.
pub async fn choices_of_subscriber(tx: &mut Tx, contact: ContactId) -> Result<Vec<SubscriberChoice>> {
    let rows = sqlx::query!(
        r#"select u.id as "unit: UnitId", u.name as unit_name, t.id as "topic: TopicId", t.name, t.description,
                  s.status as "status?", s.frequency as "frequency?", s.changed_at as "changed_at?", s.source as "source?"
           from topics t
           join units u on u.id = t.unit_id
           left join subscriptions s on s.topic_id = t.id and s.contact_id = $1
           where t.archived_at is null and u.archived_at is null
             and (s.status = 'subscribed'
                  or t.is_public and exists (select from contact_units m where m.unit_id = t.unit_id and m.contact_id = $1))
           order by array_length(u.ancestors, 1), u.name, t.position, t.created_at, t.id"#,
        contact.uuid()
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            let choice = topic_choice(
                row.topic,
                row.name,
                row.description,
                row.status.as_deref(),
                row.frequency.as_deref(),
                row.changed_at.map(jiff_sqlx::Timestamp::to_jiff),
                row.source,
            )?;
            Ok(SubscriberChoice {
                unit: row.unit,
                unit_name: row.unit_name,
                choice,
            })
        })
        .collect()
}

pub(super) fn topic_choice(
    topic_id: TopicId,
    name: Value,
    description: Value,
    status: Option<&str>,
    frequency: Option<&str>,
    changed_at: Option<jiff::Timestamp>,
    source: Option<String>,
) -> Result<TopicChoice> {
    Ok(TopicChoice {
        topic_id,
        name: serde_json::from_value(name)?,
        description: serde_json::from_value(description)?,
        status: status.and_then(|status| status.parse().ok()),
        frequency: frequency
            .and_then(|frequency| frequency.parse().ok())
            .unwrap_or(Frequency::All),
        changed_at,
        source: source.unwrap_or_default(),
    })
}
