//! A chunk in one worker's hands.

use super::{intake::Extra, record::Rules, state::Lane, worker::Worker};
use crate::{Domain, Result, ts, webhooks};
use jiff::Timestamp;
use serde_json::Value;
use types::{ContactId, DispatchId};
use uuid::Uuid;

/// A part of a dispatch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Chunk {
    /// Of which dispatch.
    pub dispatch: DispatchId,
    /// Which part of it.
    pub chunk: i32,
}

/// A claimed chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// Which.
    pub chunk: Chunk,
    /// Its first recipient.
    pub first_seq: i64,
    /// Its last.
    pub last_seq: i64,
}

/// One recipient that has no outcome yet, as the audience was fixed.
#[derive(Clone, Debug)]
pub struct Recipient {
    /// Number in the dispatch.
    pub seq: i64,
    /// Who.
    pub contact: ContactId,
    /// Where to.
    pub address: String,
    /// Version of the message.
    pub language: String,
    /// For the templates and the To field.
    pub first_name: String,
    /// For the templates and the To field.
    pub last_name: String,
    /// The unit's attributes of the person.
    pub attributes: Value,
    /// Attempts so far.
    pub attempts: u32,
    /// When the first attempt was made; none before it.
    pub first_attempt: Option<Timestamp>,
    /// Of a triggered message: what its call gave beyond attributes.
    pub extra: Option<Box<Extra>>,
}

/// Takes a due chunk of a dispatch, if there is one.
///
/// Only while its seal holds: the campaign is still sending the very revision that another person approved (law 2). A chunk whose
/// worker's lease ended is taken when that worker was on another host, whose journal nobody here can read: recipients that it may have
/// handed over become ambiguous here, except in the transactional lane, where they are sent again under the same Message-ID. Those
/// of this host are settled by [`super::recover`] first.
///
/// # Errors
/// When the database cannot be asked.
pub async fn claim(domain: &Domain, worker: Worker, dispatch: DispatchId) -> Result<Option<Claimed>> {
    let mut tx = domain.begin().await?;
    let Some(found) = sqlx::query!(
        r#"with may as (
               select d.lane from dispatches d
               where d.id = $1 and d.state = 'sending'
                 and (d.campaign_id is null or exists (
                     select from campaigns k join campaign_revisions r on r.id = k.current_revision_id
                         join reviews v on v.revision_id = r.id and v.state = 'approved' and v.seal = r.seal
                     where k.id = d.campaign_id and k.state = 'sending' and r.id = d.revision_id))
           ), waiting as (
               select c.chunk, c.first_seq, c.last_seq, c.state, c.handed_to, c.handed_at from dispatch_chunks c
               where c.dispatch_id = $1 and c.state = 'waiting' and c.due_at <= $2 and exists (select from may)
               order by c.due_at, c.chunk limit 1 for update skip locked
           ), lost as (
               select c.chunk, c.first_seq, c.last_seq, c.state, c.handed_to, c.handed_at from dispatch_chunks c
               where c.dispatch_id = $1 and c.state = 'leased' and c.leased_until < clock_timestamp() and exists (select from may)
                 and not exists (select from waiting)
                 and not exists (select from workers o where o.id = c.leased_by and o.host = $3)
               limit 1 for update skip locked
           )
           select c.chunk as "chunk!", c.first_seq as "first_seq!", c.last_seq as "last_seq!", c.state as "state!", c.handed_to,
               c.handed_at as "handed_at: jiff_sqlx::Timestamp", m.lane as "lane!"
           from (select * from waiting union all select * from lost) c cross join may m"#,
        dispatch.uuid(),
        tx.now_sql() as _,
        worker.host
    )
    .fetch_optional(tx.conn())
    .await?
    else {
        return Ok(None);
    };
    let claimed = Claimed {
        chunk: Chunk {
            dispatch,
            chunk: found.chunk,
        },
        first_seq: found.first_seq,
        last_seq: found.last_seq,
    };
    let lost = match (found.state.as_str(), found.handed_to, found.handed_at) {
        ("leased", Some(to), Some(at)) if Lane::named(&found.lane) != Some(Lane::Transactional) => {
            write_lost(&mut tx, claimed, to, at).await?
        }
        _ => 0,
    };
    sqlx::query!(
        "update dispatch_chunks set state = 'leased', leased_by = $3, leased_until = clock_timestamp() + make_interval(secs => $4),
             handed_to = null, handed_at = null, ambiguous = ambiguous + $5
         where dispatch_id = $1 and chunk = $2",
        dispatch.uuid(),
        found.chunk,
        worker.id,
        worker.lease.as_secs_f64(),
        lost
    )
    .execute(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(Some(claimed))
}

/// Whoever a lost worker may have handed over: announced, without outcome, and not waiting for a later attempt.
async fn write_lost(
    tx: &mut crate::Tx,
    claimed: Claimed,
    handed_to: i64,
    handed_at: jiff_sqlx::Timestamp,
) -> Result<i64> {
    let lost = sqlx::query!(
        "insert into outcomes (dispatch_id, seq, outcome, rule, attempts, at)
         select d.dispatch_id, d.seq, 'ambiguous', 'worker_lost', coalesce(x.attempts, 0) + 1, $5
         from deliveries d
             left join lateral (select f.attempts, f.next_at from deferrals f where f.dispatch_id = $1 and f.seq = d.seq offset 0) x on true
             left join lateral (select true as there from outcomes e where e.dispatch_id = $1 and e.seq = d.seq offset 0) o on true
         where d.dispatch_id = $1 and d.seq between $2 and $3 and o.there is null and (x.next_at is null or x.next_at <= $4)",
        claimed.chunk.dispatch.uuid(),
        claimed.first_seq,
        handed_to.min(claimed.last_seq),
        handed_at as _,
        tx.now_sql() as _
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "delete from deferrals x where x.dispatch_id = $1 and x.seq between $2 and $3
           and exists (select from outcomes o where o.dispatch_id = x.dispatch_id and o.seq = x.seq)",
        claimed.chunk.dispatch.uuid(),
        claimed.first_seq,
        claimed.last_seq
    )
    .execute(tx.conn())
    .await?;
    let at = handed_at.to_jiff();
    webhooks::written_off(
        tx,
        claimed.chunk.dispatch,
        claimed.first_seq,
        claimed.last_seq,
        at,
    )
    .await?;
    Ok(i64::try_from(lost.rows_affected()).unwrap_or(0))
}

/// The next recipients of a claimed chunk, looked at once more.
#[derive(Clone, Debug)]
pub struct Slice {
    /// May be handed over now.
    pub people: Vec<Recipient>,
    /// Held back by a rule that came true since the audience was fixed: number, attempts so far and rule.
    pub held: Vec<(i64, i16, String)>,
    /// The last number looked at; none when the chunk has nobody else whose turn it is.
    pub reached: Option<i64>,
}

/// Announces at most `most` recipients after `after` and returns them. None: the chunk is no longer this worker's.
///
/// Each recipient's outcome is looked up by its key (`offset 0` keeps the planner from anything else): of a dispatch that began a
/// moment ago it believes that there are next to no rows, and would read all of them for each recipient.
///
/// A master unsubscribe, a complaint or an erasure since the expansion holds them back now (law 5); a triggered message whose time is over
/// does not go. The announcement is in the
/// database before anybody is handed over, so that whoever takes the chunk over from another host knows who may be on their way.
///
/// # Errors
/// When the database cannot be asked.
pub async fn slice(
    domain: &Domain,
    worker: Worker,
    claimed: Claimed,
    rules: &Rules,
    after: i64,
    most: i64,
) -> Result<Option<Slice>> {
    let now = domain.now();
    let rows = sqlx::query!(
        r#"with due as materialized (
               select d.seq, d.contact_id, d.address, d.language, d.first_name, d.last_name, d.attributes, x.attempts, x.first_at
               from deliveries d
                   left join lateral (select f.attempts, f.first_at, f.next_at from deferrals f where f.dispatch_id = $1 and f.seq = d.seq offset 0) x on true
                   left join lateral (select true as there from outcomes e where e.dispatch_id = $1 and e.seq = d.seq offset 0) o on true
               where d.dispatch_id = $1 and d.seq > $4 and d.seq <= $5 and o.there is null and (x.next_at is null or x.next_at <= $6)
               order by d.seq limit $7
           ), announced as (
               update dispatch_chunks set handed_to = coalesce((select max(seq) from due), handed_to), handed_at = $6
               where dispatch_id = $1 and chunk = $2 and leased_by = $3 and state = 'leased' returning true
           )
           select a.mine as "mine!", d.seq as "seq?", d.contact_id as "contact?: ContactId", d.address as "address?", d.language as "language?",
                  d.first_name as "first_name?", d.last_name as "last_name?", d.attributes as "attributes?", d.attempts as "attempts?",
                  d.first_at as "first_at?: jiff_sqlx::Timestamp",
                  coalesce(h.rule, (select 'expired' from messages x where $11 and x.dispatch_id = $1 and x.seq = d.seq and x.expires_at <= $6)) as "rule?",
                  (select x.extra from messages x where $11 and x.dispatch_id = $1 and x.seq = d.seq) as "extra?"
           from (select exists (select from announced) as mine) a
           left join due d on true
           left join mailing_recheck($8, $9, $10, (select array_agg(contact_id order by seq) from due), (select array_agg(address order by seq) from due)) h
               on h.contact_id = d.contact_id
           order by d.seq"#,
        claimed.chunk.dispatch.uuid(),
        claimed.chunk.chunk,
        worker.id,
        after.max(claimed.first_seq - 1),
        claimed.last_seq,
        ts(now) as _,
        most,
        rules.unit,
        rules.classification,
        rules.topics.as_deref() as Option<&[Uuid]>,
        rules.triggered,
    )
    .fetch_all(domain.pool())
    .await?;
    let mut slice = Slice {
        people: Vec::with_capacity(rows.len()),
        held: Vec::new(),
        reached: None,
    };
    for row in rows {
        if !row.mine {
            return Ok(None);
        }
        let (Some(seq), Some(contact), Some(address)) = (row.seq, row.contact, row.address) else {
            continue;
        };
        slice.reached = Some(seq);
        if let Some(rule) = row.rule {
            slice.held.push((seq, row.attempts.unwrap_or(0), rule));
            continue;
        }
        slice.people.push(Recipient {
            seq,
            contact,
            address,
            language: row.language.unwrap_or_default(),
            first_name: row.first_name.unwrap_or_default(),
            last_name: row.last_name.unwrap_or_default(),
            attributes: row.attributes.unwrap_or_default(),
            attempts: row.attempts.and_then(|n| u32::try_from(n).ok()).unwrap_or(0),
            first_attempt: row.first_at.map(jiff_sqlx::Timestamp::to_jiff),
            extra: row.extra.map(serde_json::from_value).transpose()?,
        });
    }
    Ok(Some(slice))
}

/// The rule that holds one recipient of a dispatch back at this moment; none: it may go. For whoever waited long since their slice was read.
///
/// # Errors
/// When the database cannot be asked.
pub async fn held_by(
    domain: &Domain,
    dispatch: DispatchId,
    rules: &Rules,
    recipient: &Recipient,
) -> Result<Option<String>> {
    let rule = sqlx::query_scalar!(
        "select coalesce(h.rule, (select 'expired' from messages x where $6 and x.dispatch_id = $7 and x.seq = $8 and x.expires_at <= $9))
         from mailing_recheck($1, $2, $3, array[$4::uuid], array[$5::text]) h",
        rules.unit,
        rules.classification,
        rules.topics.as_deref() as Option<&[Uuid]>,
        recipient.contact.uuid(),
        recipient.address,
        rules.triggered,
        dispatch.uuid(),
        recipient.seq,
        ts(domain.now()) as _
    )
    .fetch_optional(domain.pool())
    .await?;
    Ok(rule.flatten())
}
