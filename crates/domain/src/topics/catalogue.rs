//! The unit's topics.

use crate::access::{ManageTopics, ReadTopics};
use crate::audit::{self, Object};
use crate::error::Fields;
use crate::imports::mapping::attribute_name;
use crate::{Error, Granted, Result, Tx};
use serde_json::{Value, json};
use types::topics::{Localised, Topic, TopicInput, localised};
use types::{Code, Language, TopicId};

/// Longest name, in characters.
const NAME_CHARS: usize = 120;
/// Longest description, in characters.
const DESCRIPTION_CHARS: usize = 500;

struct Row {
    id: TopicId,
    key: String,
    name: Value,
    description: Value,
    is_public: bool,
    position: i32,
    created_at: jiff_sqlx::Timestamp,
    archived_at: Option<jiff_sqlx::Timestamp>,
    subscribed: i64,
    unsubscribed: i64,
}

impl Row {
    fn topic(self) -> Result<Topic> {
        Ok(Topic {
            id: self.id,
            key: self.key,
            name: serde_json::from_value(self.name)?,
            description: serde_json::from_value(self.description)?,
            is_public: self.is_public,
            position: self.position,
            created_at: self.created_at.to_jiff(),
            archived_at: self.archived_at.map(jiff_sqlx::Timestamp::to_jiff),
            subscribed: self.subscribed,
            unsubscribed: self.unsubscribed,
        })
    }
}

/// The unit's topics in their order, with how many are subscribed and have left; archived ones last.
///
/// # Errors
/// When the database cannot be asked.
pub async fn list(tx: &mut Tx, by: &Granted<ReadTopics>) -> Result<Vec<Topic>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select t.id as "id: TopicId", t.key, t.name, t.description, t.is_public, t.position, t.created_at, t.archived_at,
                  coalesce(s.subscribed, 0) as "subscribed!", coalesce(s.unsubscribed, 0) as "unsubscribed!"
           from topics t
           left join lateral (
               select count(*) filter (where status = 'subscribed') as subscribed,
                      count(*) filter (where status = 'unsubscribed') as unsubscribed
               from subscriptions where topic_id = t.id
           ) s on true
           where t.unit_id = $1 order by t.archived_at is not null, t.position, t.created_at, t.id"#,
        by.unit().uuid()
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(Row::topic).collect()
}

/// One topic of the unit.
///
/// # Errors
/// When the database cannot be asked.
pub async fn get(tx: &mut Tx, by: &Granted<ReadTopics>, id: TopicId) -> Result<Option<Topic>> {
    let row = sqlx::query_as!(
        Row,
        r#"select t.id as "id: TopicId", t.key, t.name, t.description, t.is_public, t.position, t.created_at, t.archived_at,
                  (select count(*) from subscriptions where topic_id = t.id and status = 'subscribed') as "subscribed!",
                  (select count(*) from subscriptions where topic_id = t.id and status = 'unsubscribed') as "unsubscribed!"
           from topics t where t.unit_id = $1 and t.id = $2"#,
        by.unit().uuid(),
        id.uuid()
    )
    .fetch_optional(tx.conn())
    .await?;
    row.map(Row::topic).transpose()
}

/// Makes a topic. Without a key, one is made of the name.
///
/// # Errors
/// Field errors `name`, `key` (also when it is taken), `description`.
pub async fn create(tx: &mut Tx, by: &Granted<ManageTopics>, input: &TopicInput) -> Result<TopicId> {
    let (input, shown) = check(tx, by, input).await?;
    let id: TopicId = tx.id();
    sqlx::query!(
        "insert into topics (id, unit_id, key, name, description, is_public, position, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        id.uuid(),
        by.unit().uuid(),
        input.key,
        serde_json::to_value(&input.name)?,
        serde_json::to_value(&input.description)?,
        input.is_public,
        input.position,
        tx.now_sql() as _,
    )
    .execute(tx.conn())
    .await?;
    audit::record(
        tx,
        by,
        "topic.created",
        Object::new("topic", id.uuid(), &shown),
        json!({"key": input.key}),
    )
    .await?;
    Ok(id)
}

/// Changes a topic's texts, key, order and visibility.
///
/// # Errors
/// As [`create`]; not found when it is no topic of the unit.
pub async fn update(tx: &mut Tx, by: &Granted<ManageTopics>, id: TopicId, input: &TopicInput) -> Result<()> {
    let (input, shown) = check(tx, by, input).await?;
    let done = sqlx::query!(
        "update topics set key = $3, name = $4, description = $5, is_public = $6, position = $7 where unit_id = $1 and id = $2",
        by.unit().uuid(),
        id.uuid(),
        input.key,
        serde_json::to_value(&input.name)?,
        serde_json::to_value(&input.description)?,
        input.is_public,
        input.position,
    )
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 0 {
        return Err(Error::not_found());
    }
    audit::record(
        tx,
        by,
        "topic.updated",
        Object::new("topic", id.uuid(), &shown),
        json!({"key": input.key}),
    )
    .await
}

/// Takes a topic out of use, or back. Subscriptions stay as they are.
///
/// # Errors
/// Not found when it is no topic of the unit.
pub async fn archive(tx: &mut Tx, by: &Granted<ManageTopics>, id: TopicId, archived: bool) -> Result<()> {
    let now = archived.then(|| tx.now_sql());
    let key = sqlx::query_scalar!(
        "update topics set archived_at = $3 where unit_id = $1 and id = $2 returning key",
        by.unit().uuid(),
        id.uuid(),
        now as _
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(Error::not_found)?;
    let action = if archived {
        "topic.archived"
    } else {
        "topic.restored"
    };
    audit::record(tx, by, action, Object::new("topic", id.uuid(), &key), json!({})).await
}

/// Tidies what was filled in; also says the name to show in the log.
async fn check(tx: &mut Tx, by: &Granted<ManageTopics>, input: &TopicInput) -> Result<(TopicInput, String)> {
    let default: Language = sqlx::query_scalar!(
        "select default_language from units where id = $1",
        by.unit().uuid()
    )
    .fetch_one(tx.conn())
    .await?
    .parse()
    .unwrap_or_default();
    let mut fields = Fields::new();
    let name = texts(&mut fields, "name", &input.name, NAME_CHARS);
    let description = texts(&mut fields, "description", &input.description, DESCRIPTION_CHARS);
    if !name.contains_key(&default) {
        fields.add(&format!("name.{default}"), Code::Required);
    }
    let shown = localised(&name, default, default).to_owned();
    let key = match input.key.trim() {
        "" => slug(&shown),
        given => given.to_ascii_lowercase(),
    };
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if key.is_empty()
        || key.len() > 48
        || !key.chars().all(good)
        || key.starts_with('-')
        || key.ends_with('-')
    {
        // A name without a single Latin letter makes no key: the person has to think of one.
        fields.add(
            "key",
            if key.is_empty() {
                Code::Required
            } else {
                Code::BadFormat
            },
        );
    }
    fields.finish()?;
    Ok((
        TopicInput {
            key,
            name,
            description,
            is_public: input.is_public,
            position: input.position,
        },
        shown,
    ))
}

fn texts(fields: &mut Fields, field: &str, given: &Localised, most: usize) -> Localised {
    given
        .iter()
        .map(|(language, text)| {
            (
                *language,
                fields.optional_text(&format!("{field}.{language}"), text, most),
            )
        })
        .filter(|(_, text)| !text.is_empty())
        .collect()
}

fn slug(name: &str) -> String {
    let slug = attribute_name(name).replace('_', "-");
    let cut: String = slug.trim_matches('-').chars().take(48).collect();
    cut.trim_end_matches('-').to_owned()
}
