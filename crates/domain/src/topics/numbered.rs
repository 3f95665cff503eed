//! Topics by the whole numbers that older interfaces know lists by.

use crate::access::{Permits, ReadTopics};
use crate::{Granted, Result, Tx};
use jiff::Timestamp;
use types::topics::localised;
use types::{Language, TopicId};

/// A topic as a list with a number.
#[derive(Clone, Debug)]
pub struct Numbered {
    /// Of the topic.
    pub id: TopicId,
    /// Given once, unique in the installation.
    pub number: i32,
    /// Unique in the unit.
    pub key: String,
    /// In the unit's language.
    pub name: String,
    /// In the unit's language; may be empty.
    pub description: String,
    /// Shown in the preference centre.
    pub is_public: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The unit's topics in use, by number.
///
/// # Errors
/// When the database cannot be asked.
pub async fn numbered(tx: &mut Tx, by: &Granted<ReadTopics>) -> Result<Vec<Numbered>> {
    let rows = sqlx::query!(
        r#"select t.id as "id: TopicId", t.number, t.key, t.name, t.description, t.is_public, t.created_at, u.default_language
           from topics t join units u on u.id = t.unit_id
           where t.unit_id = $1 and t.archived_at is null order by t.number"#,
        by.unit().uuid()
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            let language: Language = row.default_language.parse().unwrap_or_default();
            let text = |value| -> Result<String> {
                Ok(localised(&serde_json::from_value(value)?, language, language).to_owned())
            };
            Ok(Numbered {
                id: row.id,
                number: row.number,
                key: row.key,
                name: text(row.name)?,
                description: text(row.description)?,
                is_public: row.is_public,
                created_at: row.created_at.to_jiff(),
            })
        })
        .collect()
}

/// The unit's topics in use that have one of these numbers or keys, as `(number, key, id)`. The names stay behind: whoever changes what
/// people get need not be able to read the list of topics.
///
/// # Errors
/// When the database cannot be asked.
pub async fn of_numbers<P: Permits>(
    tx: &mut Tx,
    by: &Granted<P>,
    numbers: &[i32],
    keys: &[String],
) -> Result<Vec<(i32, String, TopicId)>> {
    let rows = sqlx::query!(
        r#"select number, key, id as "id: TopicId" from topics
           where unit_id = $1 and archived_at is null and (number = any ($2) or key = any ($3))"#,
        by.unit().uuid(),
        numbers,
        keys
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.number, row.key, row.id))
        .collect())
}
