//! Messages in the order in which they came in, by number: what became of them, for callers that read along.

use crate::access::ReadMessages;
use crate::{Error, Granted, Result, Tx};
use jiff::Timestamp;
use types::messages::MessageState;
use types::{CampaignId, MessageId};

/// Which messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queue {
    /// Taken by the relay.
    Sent,
    /// Ended otherwise.
    NotSent,
    /// Not ended yet.
    Queued,
}

/// A message of a queue.
#[derive(Clone, Debug)]
pub struct Queued {
    /// Rises with every message of the installation.
    pub number: i64,
    pub id: MessageId,
    pub key: String,
    /// The definition's key.
    pub definition: String,
    /// The unit's key for the person.
    pub contact_key: Option<String>,
    pub address: String,
    pub state: MessageState,
    /// Which rule held it back or which reply ended it.
    pub rule: String,
    /// When it ended, else when it was accepted.
    pub at: Timestamp,
}

struct Row {
    number: i64,
    id: MessageId,
    key: String,
    definition: String,
    contact_key: Option<String>,
    address: String,
    outcome: Option<String>,
    rule: Option<String>,
    at: jiff_sqlx::Timestamp,
}

impl Row {
    fn queued(self) -> Result<Queued> {
        Ok(Queued {
            number: self.number,
            id: self.id,
            key: self.key,
            definition: self.definition,
            contact_key: self.contact_key,
            address: self.address,
            state: match self.outcome {
                Some(outcome) => outcome
                    .parse()
                    .map_err(|_| Error::broken("unknown outcome in the ledger"))?,
                None => MessageState::Queued,
            },
            rule: self.rule.unwrap_or_default(),
            at: self.at.to_jiff(),
        })
    }
}

/// The unit's messages of a queue with numbers above `after`, at most `limit` of them, the oldest first. What ended stops before the first
/// message of the last two minutes that is still open, so that whoever reads on from the last number misses none that ends in that time.
///
/// # Errors
/// When the database cannot be asked.
pub async fn queue(
    tx: &mut Tx,
    by: &Granted<ReadMessages>,
    queue: Queue,
    after: i64,
    limit: u32,
) -> Result<Vec<Queued>> {
    let unit = by.unit().uuid();
    let limit = i64::from(limit);
    let now = tx.now_sql();
    let rows = match queue {
        Queue::Sent => {
            sqlx::query_as!(
                Row,
                r#"with open as (
                       select coalesce(min(m.seq), 9223372036854775807) as first from messages m
                       where m.unit_id = $1 and m.created_at > $4::timestamptz - interval '2 minutes' and m.send_at is null
                         and not exists (select from outcomes o where o.dispatch_id = m.dispatch_id and o.seq = m.seq)
                   )
                   select m.seq as number, m.id as "id: MessageId", m.key, c.key as "definition!", u.key as "contact_key?", m.address,
                          o.outcome as "outcome?", o.rule as "rule?", o.at
                   from open, messages m join outcomes o on o.dispatch_id = m.dispatch_id and o.seq = m.seq and o.outcome = 'sent'
                       join campaigns c on c.id = m.definition_id
                       left join contact_units u on u.unit_id = m.unit_id and u.contact_id = m.contact_id
                   where m.unit_id = $1 and m.seq > $2 and m.seq < open.first order by m.seq limit $3"#,
                unit,
                after,
                limit,
                now as _
            )
            .fetch_all(tx.conn())
            .await?
        }
        Queue::NotSent => {
            sqlx::query_as!(
                Row,
                r#"with open as (
                       select coalesce(min(m.seq), 9223372036854775807) as first from messages m
                       where m.unit_id = $1 and m.created_at > $4::timestamptz - interval '2 minutes' and m.send_at is null
                         and not exists (select from outcomes o where o.dispatch_id = m.dispatch_id and o.seq = m.seq)
                   ), ended as (
                       select o.* from open, dispatches d join outcomes o on o.dispatch_id = d.id and o.outcome <> 'sent'
                       where d.unit_id = $1 and d.kind = 'message' and o.seq > $2 and o.seq < open.first order by o.seq limit $3
                   )
                   select m.seq as number, m.id as "id: MessageId", m.key, c.key as "definition!", u.key as "contact_key?", m.address,
                          o.outcome as "outcome?", o.rule as "rule?", o.at
                   from ended o join messages m on m.dispatch_id = o.dispatch_id and m.seq = o.seq
                       join campaigns c on c.id = m.definition_id
                       left join contact_units u on u.unit_id = m.unit_id and u.contact_id = m.contact_id
                   order by m.seq"#,
                unit,
                after,
                limit,
                now as _
            )
            .fetch_all(tx.conn())
            .await?
        }
        Queue::Queued => {
            sqlx::query_as!(
                Row,
                r#"select m.seq as number, m.id as "id: MessageId", m.key, c.key as "definition!", u.key as "contact_key?", m.address,
                          null::text as "outcome?", null::text as "rule?", m.created_at as at
                   from dispatch_chunks k join dispatches d on d.id = k.dispatch_id and d.unit_id = $1 and d.kind = 'message'
                       join messages m on m.dispatch_id = k.dispatch_id and m.seq = k.first_seq
                       join campaigns c on c.id = m.definition_id
                       left join contact_units u on u.unit_id = m.unit_id and u.contact_id = m.contact_id
                   where k.state <> 'done' and m.seq > $2 order by m.seq limit $3"#,
                unit,
                after,
                limit
            )
            .fetch_all(tx.conn())
            .await?
        }
    };
    rows.into_iter().map(Row::queued).collect()
}

/// How many messages of a definition are not ended yet, and for how many seconds the oldest of them has waited.
///
/// # Errors
/// When the database cannot be asked.
pub async fn waiting(tx: &mut Tx, by: &Granted<ReadMessages>, id: CampaignId) -> Result<(i64, i64)> {
    let row = sqlx::query!(
        r#"select count(*) as "count!", coalesce(extract(epoch from $3::timestamptz - min(m.created_at)), 0)::bigint as "age!"
           from dispatch_chunks k join messages m on m.dispatch_id = k.dispatch_id and m.seq = k.first_seq
           where k.state <> 'done' and m.unit_id = $1 and m.definition_id = $2"#,
        by.unit().uuid(),
        id.uuid(),
        tx.now_sql() as _
    )
    .fetch_one(tx.conn())
    .await?;
    Ok((row.count, row.age.max(0)))
}
