use crate::access::ManageContacts;
use crate::{Error, Granted, Result, Tx};
use types::topics::SubscriptionStatus;
use types::{ContactId, TopicId};

/// What a person of the unit has said of a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing yet.
    Open,
    /// They get it.
    Subscribed,
    /// They said no to it, or to everything: only they can take that back.
    Left,
}

/// Before a system acts on somebody's behalf: what they said themselves.
///
/// # Errors
/// Not found when the unit does not have the person or the topic.
pub async fn standing(
    tx: &mut Tx,
    by: &Granted<ManageContacts>,
    contact: ContactId,
    topic: TopicId,
) -> Result<Standing> {
    let row = sqlx::query!(
        r#"select c.unsubscribed_all_at is not null or c.complained_at is not null as "left_all!", s.status as "status?"
           from contact_units m
           join contacts c on c.id = m.contact_id
           join topics t on t.unit_id = m.unit_id and t.id = $3
           left join subscriptions s on s.contact_id = m.contact_id and s.topic_id = t.id
           where m.unit_id = $1 and m.contact_id = $2"#,
        by.unit().uuid(),
        contact.uuid(),
        topic.uuid()
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(Error::not_found)?;
    let status: Option<SubscriptionStatus> = row.status.and_then(|status| status.parse().ok());
    Ok(match status {
        _ if row.left_all => Standing::Left,
        None => Standing::Open,
        Some(SubscriptionStatus::Subscribed) => Standing::Subscribed,
        Some(SubscriptionStatus::Unsubscribed) => Standing::Left,
    })
}
