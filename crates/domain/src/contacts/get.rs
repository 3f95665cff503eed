//! One person, as far as the unit may see.

use crate::access::ReadContacts;
use crate::{Error, Granted, Result, Tx};
use types::contacts::{Contact, ContactMessage, Identity};
use types::{CampaignId, ContactId, DispatchId, IdentityId, MessageId};

/// Messages a person's page shows.
const MESSAGES: i64 = 100;

/// The person: shared fields of the golden record, the unit's own key and attributes, and the addresses and numbers that
/// the unit brought itself (besides the address its mail goes to). None when the unit does not have the person.
///
/// # Errors
/// When the database cannot be asked.
pub async fn get(tx: &mut Tx, by: &Granted<ReadContacts>, id: ContactId) -> Result<Option<Contact>> {
    let Some(row) = sqlx::query!(
        r#"select c.first_name, c.last_name, c.language, c.time_zone, c.unsubscribed_all_at, c.complained_at,
                  m.key, m.attributes, m.source, m.created_at, greatest(m.updated_at, c.updated_at) as "updated_at!",
                  contact_status(c.erased_at, c.restricted_at, i.id, i.bounced_at, c.complained_at, c.unsubscribed_all_at) as "status!"
           from contact_units m
           join contacts c on c.id = m.contact_id
           left join identities i on i.contact_id = c.id and i.kind = 'email' and i.is_primary
           where m.unit_id = $1 and m.contact_id = $2"#,
        by.unit().uuid(),
        id.uuid()
    )
    .fetch_optional(tx.conn())
    .await?
    else {
        return Ok(None);
    };
    let identities = sqlx::query!(
        r#"select id as "id: IdentityId", kind, value, is_primary, bounced_at from identities
           where contact_id = $2 and ($1 = any (known_to) or kind = 'email' and is_primary)
           order by kind, is_primary desc, created_at"#,
        by.unit().uuid(),
        id.uuid()
    )
    .fetch_all(tx.conn())
    .await?
    .into_iter()
    .map(|row| {
        Ok(Identity {
            id: row.id,
            kind: row
                .kind
                .parse()
                .map_err(|_| Error::broken("unknown kind of identity"))?,
            value: row.value,
            is_primary: row.is_primary,
            bounced_at: row.bounced_at.map(jiff_sqlx::Timestamp::to_jiff),
        })
    })
    .collect::<Result<Vec<_>>>()?;
    Ok(Some(Contact {
        id,
        first_name: row.first_name,
        last_name: row.last_name,
        language: row.language.and_then(|language| language.parse().ok()),
        time_zone: row.time_zone,
        key: row.key,
        attributes: serde_json::from_value(row.attributes)?,
        identities,
        status: row
            .status
            .parse()
            .map_err(|_| Error::broken("unknown status of a contact"))?,
        source: row.source,
        unsubscribed_all_at: row.unsubscribed_all_at.map(jiff_sqlx::Timestamp::to_jiff),
        complained_at: row.complained_at.map(jiff_sqlx::Timestamp::to_jiff),
        created_at: row.created_at.to_jiff(),
        updated_at: row.updated_at.to_jiff(),
    }))
}

/// The person of the unit with this key of the unit's.
///
/// # Errors
/// When the database cannot be asked.
pub async fn find_by_key(tx: &mut Tx, by: &Granted<ReadContacts>, key: &str) -> Result<Option<ContactId>> {
    Ok(sqlx::query_scalar!(
        r#"select contact_id as "id: ContactId" from contact_units where unit_id = $1 and key = $2"#,
        by.unit().uuid(),
        key
    )
    .fetch_optional(tx.conn())
    .await?)
}

/// The unit's messages to the person, newest first, and what became of each.
///
/// # Errors
/// When the database cannot be asked.
pub async fn messages(tx: &mut Tx, by: &Granted<ReadContacts>, id: ContactId) -> Result<Vec<ContactMessage>> {
    let rows = sqlx::query!(
        r#"select d.dispatch_id as "dispatch_id: DispatchId", d.seq, p.campaign_id as "campaign_id: CampaignId",
                  t.id as "message_id?: MessageId", coalesce(c.name, '') as "name!", o.outcome as "outcome?", coalesce(o.rule, '') as "rule!", o.at as "at?",
                  exists (select from delivery_firsts f where f.dispatch_id = d.dispatch_id and f.seq = d.seq
                          and f.kind = 'opened' and f.verdict = 'human') as "opened!",
                  exists (select from delivery_firsts f where f.dispatch_id = d.dispatch_id and f.seq = d.seq
                          and f.kind = 'clicked' and f.verdict = 'human') as "clicked!"
           from deliveries d
           join dispatches p on p.id = d.dispatch_id and p.unit_id = $1
           left join messages t on t.dispatch_id = d.dispatch_id and t.seq = d.seq
           left join campaigns c on c.id = coalesce(p.campaign_id, t.definition_id)
           left join outcomes o on o.dispatch_id = d.dispatch_id and o.seq = d.seq
           where d.contact_id = $2
             and exists (select from contact_units m where m.unit_id = $1 and m.contact_id = $2)
           order by p.created_at desc, d.dispatch_id desc limit $3"#,
        by.unit().uuid(),
        id.uuid(),
        MESSAGES
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ContactMessage {
            dispatch_id: row.dispatch_id,
            seq: row.seq,
            campaign_id: row.campaign_id,
            message_id: row.message_id,
            name: row.name,
            outcome: row.outcome,
            rule: row.rule,
            opened: row.opened,
            clicked: row.clicked,
            at: row.at.map(jiff_sqlx::Timestamp::to_jiff),
        })
        .collect())
}
