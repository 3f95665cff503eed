//! Triggered messages: somebody asks for one message to one person, and it is on its way a few milliseconds after the commit.
//!
//! What is sent stands once in a dispatch (`stand`), and `accept` adds one line to it. The process that accepts leases the line to
//! its own worker in the same statement, so that nobody has to claim it; without a worker it is claimed like everything else.

use super::{
    claim::{Chunk, Claimed, Recipient},
    record::Rules,
    state::Lane,
    worker::Worker,
};
use crate::{Domain, Error, Granted, Result, Tx, access::EditCampaigns};
use serde_json::Value;
use types::{ContactId, DispatchId, campaigns::Sender};

/// What is sent whenever somebody asks for it.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    /// `marketing`, `operational` or `transactional`: decides lane and rules.
    pub classification: Lane,
    /// The message.
    pub source: &'a render::Source,
    /// From whom.
    pub sender: &'a Sender,
}

/// Opens a dispatch that messages can be added to.
///
/// # Errors
/// When the message does not compile or the database cannot be asked.
pub async fn stand(tx: &mut Tx, by: &Granted<EditCampaigns>, standing: Standing<'_>) -> Result<DispatchId> {
    let compiled =
        render::compile(standing.source).map_err(|_| Error::broken("a message that does not compile"))?;
    let id: DispatchId = tx.id();
    sqlx::query!(
        "insert into dispatches (id, unit_id, kind, lane, classification, state, source, sender, created_at, started_at)
         values ($1, $2, 'message', $3, $3, 'sending', $4, $5, $6, $6)",
        id.uuid(),
        by.unit().uuid(),
        standing.classification.as_str(),
        serde_json::to_value(standing.source)?,
        serde_json::to_value(standing.sender)?,
        tx.now_sql() as _
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(r#"select ledger_partition($1) as "none: ()""#, id.uuid())
        .fetch_one(tx.conn())
        .await?;
    super::expand::write_links(tx, id, compiled.links()).await?;
    Ok(id)
}

/// A line that was added.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// Its number in the dispatch.
    pub seq: i64,
    /// The rule that held it back at once; none: it is on its way.
    pub held: Option<String>,
    /// For the worker that accepted it: the chunk it holds, and who is in it.
    pub claimed: Option<(Claimed, Recipient)>,
}

/// Adds a message to a person whom the dispatch's unit knows. `attributes` go over those that the unit has of the person, for this
/// message only. Committed when it returns.
///
/// None: no such person in the unit, or the dispatch takes no messages (another answer would disclose who is known elsewhere).
///
/// # Errors
/// When the database cannot be asked.
pub async fn accept(
    domain: &Domain,
    worker: Option<Worker>,
    dispatch: DispatchId,
    rules: &Rules,
    contact: ContactId,
    attributes: &Value,
) -> Result<Option<Accepted>> {
    let now = domain.now();
    let failing = rules.end_of_held("hard_bounce").as_str();
    let row = sqlx::query!(
        r#"with person as (
               select c.id, i.value as address, coalesce(c.language, '') as language, c.first_name, c.last_name, m.attributes || $3 as attributes
               from dispatches d join contact_units m on m.unit_id = d.unit_id join contacts c on c.id = m.contact_id
                   left join identities i on i.contact_id = c.id and i.kind = 'email' and i.is_primary
               where d.id = $1 and d.kind = 'message' and d.state = 'sending' and m.contact_id = $2
           ), judged as (
               select p.*, nextval('triggered_seq') as seq,
                   (select h.rule from mailing_recheck($4, $5, $6, array[p.id], array[p.address]) h) as rule
               from person p
           ), line as (
               insert into deliveries (dispatch_id, seq, contact_id, address, language, first_name, last_name, attributes)
               select $1, seq, id, coalesce(address, ''), language, first_name, last_name, attributes from judged
           ), ended as (
               insert into outcomes (dispatch_id, seq, outcome, rule, at)
               select $1, seq, case when rule = 'hard_bounce' then $7 else 'suppressed' end, rule, $8 from judged where rule is not null
           ), chunk as (
               insert into dispatch_chunks (dispatch_id, chunk, first_seq, last_seq, state, due_at, leased_by, leased_until, handed_to, handed_at, failed, suppressed)
               select $1, (seq % 2147483647)::integer, seq, seq,
                   case when rule is not null then 'done' when $9::uuid is null then 'waiting' else 'leased' end, $8,
                   case when rule is null then $9 end, case when rule is null and $9 is not null then clock_timestamp() + make_interval(secs => $10) end,
                   case when rule is null and $9 is not null then seq end, case when rule is null and $9 is not null then $8 end,
                   case when rule = 'hard_bounce' and $7 = 'failed' then 1 else 0 end,
                   case when rule is not null and not (rule = 'hard_bounce' and $7 = 'failed') then 1 else 0 end
               from judged returning chunk
           )
           select j.seq as "seq!", j.rule as "rule?", k.chunk as "chunk!", j.address as "address?", j.language as "language!", j.first_name as "first_name!",
               j.last_name as "last_name!", j.attributes as "attributes!",
               case when $9::uuid is null and j.rule is null then pg_notify($11, '')::text end as woken
           from judged j cross join chunk k"#,
        dispatch.uuid(),
        contact.uuid(),
        attributes,
        rules.unit,
        rules.classification,
        rules.topics.as_deref() as Option<&[uuid::Uuid]>,
        failing,
        crate::ts(now) as _,
        worker.map(|it| it.id),
        worker.map_or(0.0, |it| it.lease.as_secs_f64()),
        super::CHANNEL
    )
    .fetch_optional(domain.pool())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let claimed = (worker.is_some() && row.rule.is_none()).then(|| {
        let claimed = Claimed {
            chunk: Chunk {
                dispatch,
                chunk: row.chunk,
            },
            first_seq: row.seq,
            last_seq: row.seq,
        };
        let recipient = Recipient {
            seq: row.seq,
            contact,
            address: row.address.unwrap_or_default(),
            language: row.language,
            first_name: row.first_name,
            last_name: row.last_name,
            attributes: row.attributes,
            attempts: 0,
            first_attempt: None,
        };
        (claimed, recipient)
    });
    Ok(Some(Accepted {
        seq: row.seq,
        held: row.rule,
        claimed,
    }))
}
