//! `ListSubscriber`: who has to do with which of the unit's topics.

use domain::Tx;
use domain::access::{ReadContacts, ReadTopics};
use domain::topics::{Member, MemberPlace, members, members_named, numbered};
use types::topics::SubscriptionStatus;

use super::subscribers::key_of;
use super::{Chunk, Question, READ, place, placed, told};
use crate::http::soap::caller::Session;
use crate::http::soap::objects::Row;

pub(super) async fn read(
    session: &Session,
    tx: &mut Tx,
    question: &Question,
    after: Option<&str>,
) -> Result<Chunk, String> {
    let said = |it: String| format!("Error: {it}");
    let people = session.grant::<ReadContacts>().map_err(said)?;
    let topics = session.grant::<ReadTopics>().map_err(said)?;
    let after: Option<MemberPlace> = placed(after)?;
    if let Some(names) = question.texts(&["SubscriberKey"]) {
        let found = members_named(tx, &people, &names).await.map_err(told)?;
        let rows = found
            .into_iter()
            .filter(|it| {
                after.is_none_or(|(topic, status, contact)| {
                    (it.topic, it.status.as_str(), it.contact) > (topic, status.as_str(), contact)
                })
            })
            .map(placed_row);
        return Ok(Chunk {
            rows: rows.collect(),
            more: None,
        });
    }
    let numbers = question.numbers(&["ListID"]);
    let mut lists: Vec<_> = numbered(tx, &topics)
        .await
        .map_err(told)?
        .into_iter()
        .filter(|it| {
            numbers
                .as_ref()
                .is_none_or(|numbers| numbers.contains(&it.number))
        })
        .map(|it| it.id)
        .filter(|it| after.is_none_or(|(topic, ..)| *it >= topic))
        .collect();
    lists.sort();
    let mut rows = Vec::new();
    for list in lists {
        let left = READ - i64::try_from(rows.len()).unwrap_or(READ);
        if left <= 0 {
            break;
        }
        let found = members(tx, &people, list, after, left).await.map_err(told)?;
        rows.extend(found.into_iter().map(placed_row));
    }
    Ok(Chunk::of(rows, READ))
}

fn placed_row(it: Member) -> (Row, String) {
    let at: MemberPlace = (it.topic, it.status, it.contact);
    let row = Row::default()
        .with("ModifiedDate", it.changed_at)
        .with("ID", it.contact_number)
        .with(
            "Status",
            match it.status {
                SubscriptionStatus::Subscribed => "Active",
                SubscriptionStatus::Unsubscribed => "Unsubscribed",
            },
        )
        .with("ListID", it.topic_number)
        .with("SubscriberKey", key_of(it.key.as_deref(), &it.email));
    (row, place(&at))
}
