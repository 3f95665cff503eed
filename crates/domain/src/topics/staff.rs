//! What staff see and do of one person's choices, for the topics of their own unit.

use super::consent::{self, Choice, Origin, topic_choice};
use crate::access::{ManageContacts, Permits, ReadContacts};
use crate::audit::{self, Object};
use crate::error::Fields;
use crate::{Error, Granted, Result, Tx};
use serde_json::json;
use types::topics::{ConsentRecord, ConsentSource, TopicChoice};
use types::{ContactId, TopicId};

/// Lines of the record a page shows.
const HISTORY_LINES: i64 = 200;
/// Longest wording, in characters.
const WORDING_CHARS: usize = 2_000;

/// Every topic of the unit and what the person has to do with it.
///
/// # Errors
/// Not found when the unit does not have the person.
pub async fn choices(
    tx: &mut Tx,
    by: &Granted<ReadContacts>,
    contact: ContactId,
) -> Result<Vec<TopicChoice>> {
    member(tx, by, contact).await?;
    let rows = sqlx::query!(
        r#"select t.id as "topic: TopicId", t.name, t.description, s.status as "status?", s.frequency as "frequency?",
                  s.changed_at as "changed_at?", s.source as "source?"
           from topics t left join subscriptions s on s.topic_id = t.id and s.contact_id = $2
           where t.unit_id = $1 and (t.archived_at is null or s.contact_id is not null)
           order by t.archived_at is not null, t.position, t.created_at, t.id"#,
        by.unit().uuid(),
        contact.uuid()
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            topic_choice(
                row.topic,
                row.name,
                row.description,
                row.status.as_deref(),
                row.frequency.as_deref(),
                row.changed_at.map(jiff_sqlx::Timestamp::to_jiff),
                row.source,
            )
        })
        .collect()
}

/// The person's consent, newest first: lines about the unit's topics, and about all marketing (which concern every unit;
/// who was behind those stays with the unit it was).
///
/// # Errors
/// Not found when the unit does not have the person.
pub async fn history(
    tx: &mut Tx,
    by: &Granted<ReadContacts>,
    contact: ContactId,
) -> Result<Vec<ConsentRecord>> {
    member(tx, by, contact).await?;
    let rows = sqlx::query!(
        r#"select r.seq, r.topic_id as "topic_id: TopicId", t.name as "topic_name?", r.act, r.purpose, r.wording, r.wording_version,
                  r.source, case when r.unit_id = $1 then r.reference_id end as reference_id, r.at
           from consent_records r left join topics t on t.id = r.topic_id
           where r.contact_id = $2 and (r.topic_id is null or t.unit_id = $1)
           order by r.seq desc limit $3"#,
        by.unit().uuid(),
        contact.uuid(),
        HISTORY_LINES
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(ConsentRecord {
                seq: row.seq,
                topic_id: row.topic_id,
                topic_name: row.topic_name.map(serde_json::from_value).transpose()?,
                act: row
                    .act
                    .parse()
                    .map_err(|_| Error::broken("unknown act in consent_records"))?,
                purpose: row.purpose,
                wording: row.wording,
                wording_version: row.wording_version,
                source: row
                    .source
                    .parse()
                    .map_err(|_| Error::broken("unknown source in consent_records"))?,
                reference_id: row.reference_id,
                at: row.at.to_jiff(),
            })
        })
        .collect()
}

/// Sets what a person told staff about a topic. Giving consent wants the words that were said (GDPR art. 7: it must be
/// provable); taking it back wants nothing.
///
/// # Errors
/// Field error `wording`; not found when the person or the topic is not the unit's.
pub async fn choose_for(
    tx: &mut Tx,
    by: &Granted<ManageContacts>,
    contact: ContactId,
    topic: TopicId,
    choice: Choice,
    wording: &str,
) -> Result<bool> {
    member(tx, by, contact).await?;
    let ours = sqlx::query_scalar!(
        r#"select exists (select from topics where unit_id = $1 and id = $2) as "ours!""#,
        by.unit().uuid(),
        topic.uuid()
    )
    .fetch_one(tx.conn())
    .await?;
    if !ours {
        return Err(Error::not_found());
    }
    let mut fields = Fields::new();
    let wording = match choice {
        Choice::Subscribed(_) => fields.text("wording", wording, WORDING_CHARS),
        Choice::Unsubscribed => fields.optional_text("wording", wording, WORDING_CHARS),
    };
    fields.finish()?;
    let changed = consent::choose(tx, contact, topic, choice, &origin(by, &wording)).await?;
    if changed {
        let detail = json!({"topic": topic, "subscribed": matches!(choice, Choice::Subscribed(_))});
        audit::record(
            tx,
            by,
            "contact.topic_changed",
            Object::new("contact", contact.uuid(), ""),
            detail,
        )
        .await?;
    }
    Ok(changed)
}

/// Stops all marketing to the person, at their word.
///
/// # Errors
/// Not found when the unit does not have the person.
pub async fn unsubscribe_all_for(
    tx: &mut Tx,
    by: &Granted<ManageContacts>,
    contact: ContactId,
) -> Result<bool> {
    member(tx, by, contact).await?;
    let changed = consent::unsubscribe_all(tx, contact, &origin(by, "")).await?;
    if changed {
        audit::record(
            tx,
            by,
            "contact.unsubscribed_all",
            Object::new("contact", contact.uuid(), ""),
            json!({}),
        )
        .await?;
    }
    Ok(changed)
}

/// Takes the stop back, at the person's word, which has to be written down.
///
/// # Errors
/// Field error `wording`; not found when the unit does not have the person.
pub async fn restore_all_for(
    tx: &mut Tx,
    by: &Granted<ManageContacts>,
    contact: ContactId,
    wording: &str,
) -> Result<bool> {
    member(tx, by, contact).await?;
    let mut fields = Fields::new();
    let wording = fields.text("wording", wording, WORDING_CHARS);
    fields.finish()?;
    let changed = consent::restore_all(tx, contact, &origin(by, &wording)).await?;
    if changed {
        audit::record(
            tx,
            by,
            "contact.restored_all",
            Object::new("contact", contact.uuid(), ""),
            json!({}),
        )
        .await?;
    }
    Ok(changed)
}

fn origin<'a, P: Permits>(by: &Granted<P>, wording: &'a str) -> Origin<'a> {
    let source = match by.kind() {
        crate::access::ActorKind::Client(_) => ConsentSource::Api,
        _ => ConsentSource::Console,
    };
    let reference = match by.kind() {
        crate::access::ActorKind::User(user) => Some(user.uuid()),
        crate::access::ActorKind::Client(client) => Some(client.uuid()),
        crate::access::ActorKind::System => None,
    };
    Origin {
        source: Some(source),
        reference,
        unit: Some(by.unit()),
        wording,
        wording_version: "",
        remote_address: None,
    }
}

/// Law 3: a unit acts only on people it has.
async fn member<P: Permits>(tx: &mut Tx, by: &Granted<P>, contact: ContactId) -> Result<()> {
    let has = sqlx::query_scalar!(
        r#"select exists (select from contact_units where unit_id = $1 and contact_id = $2) as "has!""#,
        by.unit().uuid(),
        contact.uuid()
    )
    .fetch_one(tx.conn())
    .await?;
    if has { Ok(()) } else { Err(Error::not_found()) }
}
