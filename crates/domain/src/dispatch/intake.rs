//! Triggered messages: somebody asks for one message to one person, and it is on its way a few milliseconds after the commit.
//!
//! What is sent stands once in a dispatch (`stand`), and `accept` adds lines to it, each with the row of `messages` that says who asked.
//! The process that accepts a single line leases it to its own worker in the same statement, so that nobody has to claim it; what
//! comes in batches, has a time of its own or meets no worker is claimed like everything else.

use super::{
    claim::{Chunk, Claimed, Recipient},
    record::Rules,
    state::Lane,
    worker::Worker,
};
use crate::{Domain, Error, Result, Tx, ts};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use types::{CampaignId, ContactId, DispatchId, MessageId, RevisionId, UnitId};
use uuid::Uuid;

/// What is sent whenever somebody asks for it: an approved revision, which keeps message and sender.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    /// Whose.
    pub unit: UnitId,
    /// Which.
    pub revision: RevisionId,
    /// `marketing`, `operational` or `transactional`: decides lane and rules.
    pub classification: Lane,
    /// The message, for its links.
    pub source: &'a render::Source,
}

/// Opens a dispatch that messages can be added to.
///
/// # Errors
/// When the message does not compile or the database cannot be asked.
pub async fn stand(tx: &mut Tx, standing: Standing<'_>) -> Result<DispatchId> {
    let compiled =
        render::compile(standing.source).map_err(|_| Error::broken("a message that does not compile"))?;
    let id: DispatchId = tx.id();
    sqlx::query!(
        "insert into dispatches (id, unit_id, kind, revision_id, lane, classification, state, created_at, started_at)
         values ($1, $2, 'message', $3, $4, $4, 'sending', $5, $5)",
        id.uuid(),
        standing.unit.uuid(),
        standing.revision.uuid(),
        standing.classification.as_str(),
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

/// What lines are added to, and by whom.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// The dispatch that stands for it.
    pub dispatch: DispatchId,
    /// Which definition was called.
    pub definition: CampaignId,
    /// Which version of it.
    pub revision: RevisionId,
    /// The API client or the member of staff.
    pub asked_by: Option<Uuid>,
}

/// A file of a message, which is kept aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachedTo {
    /// As the reader sees it.
    pub name: String,
    /// Content type.
    pub kind: String,
    /// Bytes.
    pub size: usize,
    /// Of the content, in hexadecimal.
    pub sha256: String,
}

/// What a call gives beyond attributes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Extra {
    /// Where answers go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// Who gets the message too, seen by all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cc: Vec<String>,
    /// Who gets it too, unseen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bcc: Vec<String>,
    /// Who was to get it too and takes no mail.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
    /// In the order of the call.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<AttachedTo>,
}

impl Extra {
    /// It says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The content of a unit's file; none once it is forgotten.
///
/// # Errors
/// When the database cannot be asked.
pub async fn file(domain: &Domain, unit: UnitId, sha256: &str) -> Result<Option<Vec<u8>>> {
    Ok(sqlx::query_scalar!(
        "select content from message_files where unit_id = $1 and sha256 = decode($2, 'hex')",
        unit.uuid(),
        sha256
    )
    .fetch_optional(domain.pool())
    .await?)
}

/// A line to be added.
#[derive(Clone, Debug)]
pub struct Line {
    /// Of the message.
    pub id: MessageId,
    /// Of the message in its unit; one that is taken adds nothing.
    pub key: String,
    /// A person whom the unit knows.
    pub contact: ContactId,
    /// One of the person's addresses; empty where they have none.
    pub address: String,
    /// Over those that the unit has of the person, for this message only.
    pub attributes: Value,
    /// The caller's.
    pub metadata: Value,
    /// The caller's: not before.
    pub send_at: Option<Timestamp>,
    /// When it may go, where that is not at once.
    pub due_at: Option<Timestamp>,
    /// Not after.
    pub expires_at: Option<Timestamp>,
    /// What the call gave beyond attributes.
    pub extra: Option<Extra>,
    /// Everything but the hand-over.
    pub test: bool,
    /// SHA-256 of what was asked.
    pub hash: [u8; 32],
}

/// A line that was added.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// Of the message.
    pub id: MessageId,
    /// Its number in the dispatch.
    pub seq: i64,
    /// The rule that held it back at once; none: it is on its way.
    pub held: Option<String>,
    /// For the worker that accepted it: the chunk it holds, and who is in it.
    pub claimed: Option<(Claimed, Recipient)>,
}

/// Most lines that the worker which accepted them keeps.
const HANDED: usize = 64;

/// Adds lines. Those whose key is taken, whose person is not the unit's, or whose dispatch takes none are left out: another answer would
/// disclose who is known elsewhere. Unless they are many, `worker` gets those that have no time of their own; it hands them over after the
/// commit.
///
/// # Errors
/// When the database cannot be asked.
pub async fn accept(
    tx: &mut Tx,
    worker: Option<Worker>,
    call: &Call,
    rules: &Rules,
    lines: &[Line],
) -> Result<Vec<Accepted>> {
    // More than a worker's lines take in a moment are claimed by whoever is free.
    let worker = worker.filter(|_| lines.len() <= HANDED);
    let now = tx.now();
    let failing = rules.end_of_held("hard_bounce").as_str();
    let ids: Vec<Uuid> = lines.iter().map(|it| it.id.uuid()).collect();
    let keys: Vec<String> = lines.iter().map(|it| it.key.clone()).collect();
    let contacts: Vec<Uuid> = lines.iter().map(|it| it.contact.uuid()).collect();
    let addresses: Vec<String> = lines.iter().map(|it| it.address.clone()).collect();
    let attributes: Vec<Value> = lines.iter().map(|it| it.attributes.clone()).collect();
    let metadata: Vec<Value> = lines.iter().map(|it| it.metadata.clone()).collect();
    let send_at: Vec<Option<jiff_sqlx::Timestamp>> = lines.iter().map(|it| it.send_at.map(ts)).collect();
    let expires_at: Vec<Option<jiff_sqlx::Timestamp>> =
        lines.iter().map(|it| it.expires_at.map(ts)).collect();
    let due_at: Vec<Option<jiff_sqlx::Timestamp>> = lines.iter().map(|it| it.due_at.map(ts)).collect();
    let tests: Vec<bool> = lines.iter().map(|it| it.test).collect();
    let extra = lines
        .iter()
        .map(|it| it.extra.as_ref().map(serde_json::to_value).transpose());
    let extra: Vec<Option<Value>> = extra.collect::<Result<_, _>>()?;
    let hashes: Vec<Vec<u8>> = lines.iter().map(|it| it.hash.to_vec()).collect();
    let rows = sqlx::query!(
        r#"with asked as materialized (
               select * from unnest($2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::jsonb[], $7::jsonb[], $8::timestamptz[], $9::timestamptz[], $10::bytea[],
                       $22::timestamptz[], $23::boolean[], $24::jsonb[])
                   as a (id, key, contact_id, address, attributes, metadata, send_at, expires_at, hash, due_at, test, extra)
           ), judged as materialized (
               select a.*, d.unit_id, coalesce(c.language, '') as language, c.first_name, c.last_name, m.attributes || a.attributes as merged,
                   coalesce(e.rule, case when a.test then 'test_mode' end) as rule, e.rules, nextval('triggered_seq') as seq
               from dispatches d cross join asked a
                   join contact_units m on m.unit_id = d.unit_id and m.contact_id = a.contact_id
                   join contacts c on c.id = a.contact_id
                   cross join lateral mailing_evaluate($11, $12, $13, array[a.contact_id], array[a.address]) e
               where d.id = $1 and d.kind = 'message' and d.state in ('sending', 'paused')
           ), message as (
               insert into messages (id, unit_id, key, definition_id, revision_id, dispatch_id, seq, contact_id, address, asked_by, request_hash,
                   metadata, send_at, due_at, expires_at, rules, created_at, is_test, extra)
               select id, unit_id, key, $14, $15, $1, seq, contact_id, lower(address), $16, hash, metadata, send_at, due_at, expires_at, rules, $17,
                   test, extra
               from judged
               on conflict (unit_id, key) do nothing returning id
           ), fresh as (
               select j.* from judged j join message x on x.id = j.id
           ), line as (
               insert into deliveries (dispatch_id, seq, contact_id, address, language, first_name, last_name, attributes)
               select $1, seq, contact_id, address, language, first_name, last_name, merged from fresh
           ), ended as (
               insert into outcomes (dispatch_id, seq, outcome, rule, at)
               select $1, seq, case when rule = 'hard_bounce' then $18 else 'suppressed' end, rule, $17 from fresh where rule is not null
           ), chunk as (
               insert into dispatch_chunks (dispatch_id, chunk, first_seq, last_seq, state, due_at, leased_by, leased_until, handed_to, handed_at, failed, suppressed)
               select $1, (seq % 2147483647)::integer, seq, seq,
                   case when rule is not null then 'done' when $19::uuid is null or due_at is not null then 'waiting' else 'leased' end, coalesce(due_at, $17),
                   case when rule is null and due_at is null then $19 end,
                   case when rule is null and due_at is null and $19 is not null then clock_timestamp() + make_interval(secs => $20) end,
                   case when rule is null and due_at is null and $19 is not null then seq end,
                   case when rule is null and due_at is null and $19 is not null then $17 end,
                   case when rule = 'hard_bounce' and $18 = 'failed' then 1 else 0 end,
                   case when rule is not null and not (rule = 'hard_bounce' and $18 = 'failed') then 1 else 0 end
               from fresh
           ), woken as (
               select case when $19::uuid is null and exists (select from fresh where rule is null and due_at is null) then pg_notify($21, '')::text end as told
           )
           select f.id as "id!: MessageId", f.seq as "seq!", f.rule as "rule?", f.contact_id as "contact!: ContactId", f.address as "address!",
               f.language as "language!", f.first_name as "first_name!", f.last_name as "last_name!", f.merged as "attributes!", f.extra as "extra?", f.due_at is null as "now!", w.told
           from fresh f cross join woken w"#,
        call.dispatch.uuid(),
        &ids,
        &keys,
        &contacts,
        &addresses,
        &attributes,
        &metadata,
        &send_at as &[Option<jiff_sqlx::Timestamp>],
        &expires_at as &[Option<jiff_sqlx::Timestamp>],
        &hashes,
        rules.unit,
        rules.classification,
        rules.topics.as_deref() as Option<&[Uuid]>,
        call.definition.uuid(),
        call.revision.uuid(),
        call.asked_by,
        ts(now) as _,
        failing,
        worker.map(|it| it.id),
        worker.map_or(0.0, |it| it.lease.as_secs_f64()),
        super::CHANNEL,
        &due_at as &[Option<jiff_sqlx::Timestamp>],
        &tests,
        &extra as &[Option<Value>]
    )
    .fetch_all(tx.conn())
    .await?;
    let accepted = rows.into_iter().map(|row| {
        let chunk = Chunk {
            dispatch: call.dispatch,
            chunk: i32::try_from(row.seq % i64::from(i32::MAX)).unwrap_or(0),
        };
        let claimed = (worker.is_some() && row.rule.is_none() && row.now).then(|| {
            let claimed = Claimed {
                chunk,
                first_seq: row.seq,
                last_seq: row.seq,
            };
            let recipient = Recipient {
                seq: row.seq,
                contact: row.contact,
                address: row.address,
                language: row.language,
                first_name: row.first_name,
                last_name: row.last_name,
                attributes: row.attributes,
                attempts: 0,
                first_attempt: None,
                extra: row
                    .extra
                    .and_then(|it| serde_json::from_value(it).ok())
                    .map(Box::new),
            };
            (claimed, recipient)
        });
        Accepted {
            id: row.id,
            seq: row.seq,
            held: row.rule,
            claimed,
        }
    });
    Ok(accepted.collect())
}

/// Takes a line back whose time has not come: nobody has it in hand. False: too late, or not there.
///
/// # Errors
/// When the database cannot be asked.
pub async fn recall(tx: &mut Tx, dispatch: DispatchId, seq: i64) -> Result<bool> {
    let done = sqlx::query!(
        "with mine as (
             select k.dispatch_id, k.chunk from dispatch_chunks k
             where k.dispatch_id = $1 and k.chunk = ($2::bigint % 2147483647)::integer and k.state = 'waiting' and k.due_at > $3
               and not exists (select from deferrals x where x.dispatch_id = $1 and x.seq = $2)
             for update
         ), ended as (
             insert into outcomes (dispatch_id, seq, outcome, rule, at) select $1, $2, 'cancelled', 'recalled', $3 from mine
         )
         update dispatch_chunks k set state = 'done', cancelled = k.cancelled + 1 from mine where k.dispatch_id = mine.dispatch_id and k.chunk = mine.chunk",
        dispatch.uuid(),
        seq,
        tx.now_sql() as _
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}
