//! What happened to a unit's messages, line by line, as older interfaces fetch it: who was written to, opened, clicked, bounced, left.
//!
//! Walked dispatch by dispatch, in an order that an index keeps, so that a page costs the same wherever it is.

use crate::access::ReadMessages;
use crate::contacts::normalised_names;
use crate::{Granted, Result, Tx, ts};
use jiff::Timestamp;
use types::{CampaignId, DispatchId};
use uuid::Uuid;

/// What is fetched. Opens and clicks are those of people: machines are not (law 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tracked {
    /// The relay took it.
    Sent,
    Opened,
    Clicked,
    /// Refused for good, at once or later.
    Bounced,
    Unsubscribed,
}

impl Tracked {
    fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Opened => "opened",
            Self::Clicked => "clicked",
            Self::Bounced => "bounced",
            Self::Unsubscribed => "unsubscribed",
        }
    }
}

/// From when to when, both included.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span {
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
}

/// Where a walk goes on.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
pub struct Place {
    pub dispatch: DispatchId,
    pub seq: i64,
    pub at: Timestamp,
    pub id: Uuid,
}

/// One thing that happened to one message.
#[derive(Clone, Debug)]
pub struct Tracking {
    /// Its place in the walk.
    pub place: Place,
    /// The dispatch's whole number.
    pub number: i32,
    /// The message definition; none: a campaign.
    pub definition: Option<CampaignId>,
    /// The unit's key for the person; none: it has none, or no longer has the person.
    pub key: Option<String>,
    /// Where the message went.
    pub address: String,
    /// Of a click.
    pub url: Option<String>,
    /// Which link of the message, from 1.
    pub link: Option<i16>,
    /// Of a bounce: the reply's code.
    pub reply_code: Option<i16>,
    /// Its text.
    pub reply: String,
    /// Why, as a code: `hard_bounce`, `reply_5xx`, `retries_exhausted`.
    pub rule: String,
}

struct Row {
    dispatch: DispatchId,
    seq: i64,
    id: Uuid,
    at: jiff_sqlx::Timestamp,
    number: i32,
    definition: Option<CampaignId>,
    key: Option<String>,
    address: String,
    url: Option<String>,
    link: Option<i16>,
    reply_code: Option<i16>,
    reply: String,
    rule: String,
}

impl From<Row> for Tracking {
    fn from(row: Row) -> Self {
        Self {
            place: Place {
                dispatch: row.dispatch,
                seq: row.seq,
                at: row.at.to_jiff(),
                id: row.id,
            },
            number: row.number,
            definition: row.definition,
            key: row.key,
            address: row.address,
            url: row.url,
            link: row.link,
            reply_code: row.reply_code,
            reply: row.reply,
            rule: row.rule,
        }
    }
}

/// The unit's dispatches that may hold what is looked for, in the order of the walk: those with one of these numbers, those of these
/// definitions, and none made after the span. `after` comes along again, for it may not be done with.
///
/// # Errors
/// When the database cannot be asked.
pub async fn dispatches(
    tx: &mut Tx,
    by: &Granted<ReadMessages>,
    numbers: Option<&[i32]>,
    definitions: Option<&[Uuid]>,
    span: Span,
    after: Option<DispatchId>,
    limit: i64,
) -> Result<Vec<DispatchId>> {
    Ok(sqlx::query_scalar!(
        r#"select p.id as "id: DispatchId" from dispatches p
           where p.unit_id = $1 and ($2::int[] is null or p.number = any ($2))
             and ($3::uuid[] is null or p.revision_id in (select r.id from campaign_revisions r where r.campaign_id = any ($3)))
             and ($4::timestamptz is null or p.created_at <= $4) and ($5::uuid is null or p.id >= $5)
           order by p.id limit $6"#,
        by.unit().uuid(),
        numbers,
        definitions,
        span.to.map(ts) as Option<jiff_sqlx::Timestamp>,
        after.map(DispatchId::uuid),
        limit
    )
    .fetch_all(tx.conn())
    .await?)
}

/// What happened in these dispatches of the unit, in their order, after a place.
///
/// # Errors
/// When the database cannot be asked.
pub async fn of_dispatches(
    tx: &mut Tx,
    by: &Granted<ReadMessages>,
    what: Tracked,
    dispatches: &[DispatchId],
    span: Span,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<Tracking>> {
    let ids: Vec<Uuid> = dispatches.iter().map(|id| id.uuid()).collect();
    let rows = sqlx::query_as!(
        Row,
        r#"with found as materialized (
               select p.id as dispatch_id, p.number, p.kind, p.revision_id, x.*
               from unnest($2::uuid[]) as w (id)
               join dispatches p on p.id = w.id and p.unit_id = $1
               cross join lateral (
                   (select o.seq, ('00000000-0000-0000-0000-' || lpad(to_hex(o.seq), 12, '0'))::uuid as id, o.at, null::smallint as link,
                           o.reply_code, o.reply, o.rule
                    from outcomes o
                    where $3 = 'sent' and o.dispatch_id = p.id and o.outcome = 'sent' and (p.id <> $6::uuid or o.seq > $7 or $6 is null)
                      and o.at >= coalesce($4::timestamptz, '-infinity') and o.at <= coalesce($5::timestamptz, 'infinity')
                    order by o.seq limit $10)
                   union all
                   (select e.seq, e.id, e.at, e.link, null, '', ''
                    from events e
                    where e.dispatch_id = p.id and e.kind = $3 and (e.verdict = 'human' or e.kind not in ('opened', 'clicked'))
                      and e.at >= coalesce($4::timestamptz, '-infinity') and e.at <= coalesce($5::timestamptz, 'infinity')
                      and (p.id <> $6 or (e.at, e.id) > ($8::timestamptz, $9::uuid) or $6 is null)
                    order by e.at, e.id limit $10)
                   union all
                   (select b.seq, b.id, b.at, null, b.reply_code, b.reply, b.rule
                    from (
                        select o.seq, ('00000000-0000-0000-0000-' || lpad(to_hex(o.seq), 12, '0'))::uuid as id, o.at, o.reply_code, o.reply, o.rule
                        from outcomes o
                        where $3 = 'bounced' and o.dispatch_id = p.id and o.outcome = 'failed' and o.reply_code is not null
                          and o.at >= coalesce($4::timestamptz, '-infinity') and o.at <= coalesce($5::timestamptz, 'infinity')
                    ) b
                    where p.id <> $6 or (b.at, b.id) > ($8, $9) or $6 is null
                    order by b.at, b.id limit $10)
               ) x
               order by p.id, case when $3 = 'sent' then x.seq end, x.at, x.id limit $10
           )
           select f.dispatch_id as "dispatch!: DispatchId", f.seq as "seq!", f.id as "id!", f.at as "at!", f.number as "number!",
                  case when f.kind = 'message' then r.campaign_id end as "definition: CampaignId", m.key as "key?",
                  coalesce(d.address, '') as "address!", l.url as "url?", f.link as "link?", f.reply_code as "reply_code?", f.reply as "reply!",
                  f.rule as "rule!"
           from found f
           left join campaign_revisions r on r.id = f.revision_id
           left join deliveries d on d.dispatch_id = f.dispatch_id and d.seq = f.seq
           left join contact_units m on m.unit_id = $1 and m.contact_id = d.contact_id
           left join dispatch_links l on l.dispatch_id = f.dispatch_id and l.number = f.link and l.language = d.language
           order by f.dispatch_id, case when $3 = 'sent' then f.seq end, f.at, f.id"#,
        by.unit().uuid(),
        &ids,
        what.as_str(),
        span.from.map(ts) as Option<jiff_sqlx::Timestamp>,
        span.to.map(ts) as Option<jiff_sqlx::Timestamp>,
        after.map(|place| place.dispatch.uuid()),
        after.map(|place| place.seq),
        after.map(|place| ts(place.at)) as Option<jiff_sqlx::Timestamp>,
        after.map(|place| place.id),
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(Tracking::from).collect())
}

/// What happened to the unit's messages to people of these keys or addresses, after a place.
///
/// # Errors
/// When the database cannot be asked.
pub async fn of_people(
    tx: &mut Tx,
    by: &Granted<ReadMessages>,
    what: Tracked,
    names: &[String],
    span: Span,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<Tracking>> {
    let rows = sqlx::query_as!(
        Row,
        r#"with people as (
               select m.contact_id from contact_units m where m.unit_id = $1 and m.key = any ($2)
               union
               select m.contact_id from identities i join contact_units m on m.unit_id = $1 and m.contact_id = i.contact_id
               where i.kind = 'email' and i.normalised = any ($3)
           )
           select d.dispatch_id as "dispatch!: DispatchId", d.seq as "seq!", x.id as "id!", x.at as "at!", p.number as "number!",
                  case when p.kind = 'message' then r.campaign_id end as "definition: CampaignId", m.key as "key?",
                  d.address as "address!", l.url as "url?", x.link as "link?", x.reply_code as "reply_code?", x.reply as "reply!", x.rule as "rule!"
           from people q
           join deliveries d on d.contact_id = q.contact_id
           join dispatches p on p.id = d.dispatch_id and p.unit_id = $1
           cross join lateral (
               select ('00000000-0000-0000-0000-' || lpad(to_hex(o.seq), 12, '0'))::uuid as id, o.at, null::smallint as link,
                      o.reply_code, o.reply, o.rule
               from outcomes o
               where o.dispatch_id = d.dispatch_id and o.seq = d.seq
                 and ($4 = 'sent' and o.outcome = 'sent' or $4 = 'bounced' and o.outcome = 'failed' and o.reply_code is not null)
               union all
               select e.id, e.at, e.link, null, '', ''
               from events e
               where e.dispatch_id = d.dispatch_id and e.seq = d.seq and e.kind = $4
                 and (e.verdict = 'human' or e.kind not in ('opened', 'clicked'))
           ) x
           left join campaign_revisions r on r.id = p.revision_id
           left join contact_units m on m.unit_id = $1 and m.contact_id = d.contact_id
           left join dispatch_links l on l.dispatch_id = d.dispatch_id and l.number = x.link and l.language = d.language
           where ($5::timestamptz is null or x.at >= $5) and ($6::timestamptz is null or x.at <= $6)
             and ($7::uuid is null or (d.dispatch_id, x.at, x.id) > ($7, $8::timestamptz, $9::uuid))
           order by d.dispatch_id, x.at, x.id limit $10"#,
        by.unit().uuid(),
        names,
        &normalised_names(names),
        what.as_str(),
        span.from.map(ts) as Option<jiff_sqlx::Timestamp>,
        span.to.map(ts) as Option<jiff_sqlx::Timestamp>,
        after.map(|place| place.dispatch.uuid()),
        after.map(|place| ts(place.at)) as Option<jiff_sqlx::Timestamp>,
        after.map(|place| place.id),
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(Tracking::from).collect())
}
