//! Writes hits in batches, set-based, and keeps the reports' small tables true in the same transaction.

use crate::{Result, Tx, tokens::DeliveryRef, ts, webhooks};
use jiff::Timestamp;

/// A person's first seconds: nobody reads a message sooner than this after the hand-off.
const TOO_SOON_SECONDS: f64 = 2.0;
/// Three different links within this many seconds is a scanner following all of them.
const BURST_SECONDS: f64 = 4.0;
const BURST_LINKS: i64 = 3;

/// An image was fetched or a link followed.
#[derive(Clone, Debug)]
pub struct Hit {
    pub delivery: DeliveryRef,
    pub kind: HitKind,
    /// [`super::judge`]'s rule, or none for a person.
    pub machine: Option<super::Rule>,
    /// Cut to 200 characters.
    pub user_agent: String,
    /// The network only (/24, /48), never a whole address (law 10).
    pub network: String,
    pub at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HitKind {
    Opened,
    Clicked {
        link: i16,
    },
    /// By page or by one click; the act itself is in the consent records.
    Unsubscribed,
}

impl HitKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Clicked { .. } => "clicked",
            Self::Unsubscribed => "unsubscribed",
        }
    }
}

/// Writes the hits. Those of deliveries that do not exist are left out (a token of a dispatch long deleted).
/// A click of a person whose image was never fetched is no open: what was not seen is not counted.
///
/// # Errors
/// When the database cannot be written.
pub async fn record(tx: &mut Tx, hits: &[Hit]) -> Result<()> {
    if hits.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = hits.iter().map(|_| tx.uuid()).collect();
    let dispatches: Vec<_> = hits.iter().map(|hit| hit.delivery.dispatch.uuid()).collect();
    let seqs: Vec<_> = hits.iter().map(|hit| hit.delivery.seq).collect();
    let kinds: Vec<_> = hits.iter().map(|hit| hit.kind.as_str().to_owned()).collect();
    let links: Vec<Option<i16>> = hits
        .iter()
        .map(|hit| match hit.kind {
            HitKind::Clicked { link } => Some(link),
            _ => None,
        })
        .collect();
    let rules: Vec<_> = hits
        .iter()
        .map(|hit| hit.machine.map_or("", super::Rule::as_str).to_owned())
        .collect();
    let agents: Vec<_> = hits
        .iter()
        .map(|hit| hit.user_agent.chars().take(200).collect::<String>())
        .collect();
    let networks: Vec<_> = hits.iter().map(|hit| hit.network.clone()).collect();
    let times: Vec<_> = hits.iter().map(|hit| ts(hit.at)).collect();

    // "Too soon" looks at the outcome: where it is not written yet, the hand-off is happening right now.
    sqlx::query!(
        r#"insert into events (id, dispatch_id, seq, unit_id, contact_id, kind, link, verdict, verdict_rule, user_agent, network, at)
           select h.id, h.dispatch_id, h.seq, p.unit_id, d.contact_id, h.kind, h.link,
                  case when h.rule <> '' or soon.yes then 'machine' else 'human' end,
                  case when h.rule <> '' then h.rule when soon.yes then 'too_soon' else '' end,
                  h.agent, h.network, h.at
           from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::smallint[], $6::text[], $7::text[], $8::text[], $9::timestamptz[])
                as h (id, dispatch_id, seq, kind, link, rule, agent, network, at)
           join deliveries d on d.dispatch_id = h.dispatch_id and d.seq = h.seq
           join dispatches p on p.id = h.dispatch_id
           left join outcomes o on o.dispatch_id = h.dispatch_id and o.seq = h.seq
           cross join lateral (select h.kind <> 'unsubscribed' and (o.at is null or h.at < o.at + make_interval(secs => $10)) as yes) soon"#,
        &ids,
        &dispatches,
        &seqs,
        &kinds,
        &links as &[Option<i16>],
        &rules,
        &agents,
        &networks,
        &times as _,
        TOO_SOON_SECONDS,
    )
    .execute(tx.conn())
    .await?;
    note_firsts(tx, &ids).await?;
    if hits.iter().any(|hit| matches!(hit.kind, HitKind::Clicked { .. })) {
        judge_bursts(tx, &dispatches, &seqs).await?;
    }
    webhooks::hits(tx, &dispatches, &ids).await
}

/// First open, click, … of each delivery and verdict, and the hour it fell into: what reports count.
async fn note_firsts(tx: &mut Tx, events: &[uuid::Uuid]) -> Result<()> {
    sqlx::query!(
        r#"with firsts as (
               insert into delivery_firsts (dispatch_id, seq, kind, verdict, at)
               select dispatch_id, seq, kind, verdict, min(at) from events where id = any ($1)
               group by dispatch_id, seq, kind, verdict
               on conflict do nothing
               returning dispatch_id, kind, verdict, at
           )
           insert into dispatch_hours as h (dispatch_id, hour, opened_human, opened_machine, clicked_human, clicked_machine, unsubscribed)
           select dispatch_id, date_trunc('hour', at, 'UTC'),
                  count(*) filter (where kind = 'opened' and verdict = 'human'), count(*) filter (where kind = 'opened' and verdict = 'machine'),
                  count(*) filter (where kind = 'clicked' and verdict = 'human'), count(*) filter (where kind = 'clicked' and verdict = 'machine'),
                  count(*) filter (where kind = 'unsubscribed')
           from firsts group by 1, 2 order by 1, 2
           on conflict (dispatch_id, hour) do update set
               opened_human = h.opened_human + excluded.opened_human, opened_machine = h.opened_machine + excluded.opened_machine,
               clicked_human = h.clicked_human + excluded.clicked_human, clicked_machine = h.clicked_machine + excluded.clicked_machine,
               unsubscribed = h.unsubscribed + excluded.unsubscribed"#,
        events
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Clicks that turn out to be a scanner's: three different links of one message within seconds. Their verdict changes,
/// also of those written earlier, and so does what the reports counted of them.
async fn judge_bursts(tx: &mut Tx, dispatches: &[uuid::Uuid], seqs: &[i64]) -> Result<()> {
    let changed = sqlx::query!(
        r#"update events set verdict = 'machine', verdict_rule = 'all_links_at_once'
           where id in (
               select e.id from events e
               join (select distinct * from unnest($1::uuid[], $2::bigint[]) as t (dispatch_id, seq)) t on t.dispatch_id = e.dispatch_id and t.seq = e.seq
               where e.kind = 'clicked' and e.verdict = 'human'
                 and (select count(distinct n.link) from events n
                      where n.dispatch_id = e.dispatch_id and n.seq = e.seq and n.kind = 'clicked'
                        and n.at between e.at - make_interval(secs => $3) and e.at + make_interval(secs => $3)) >= $4)
           returning dispatch_id, seq"#,
        dispatches,
        seqs,
        BURST_SECONDS,
        BURST_LINKS,
    )
    .fetch_all(tx.conn())
    .await?;
    if changed.is_empty() {
        return Ok(());
    }
    let (dispatches, seqs): (Vec<_>, Vec<_>) =
        changed.into_iter().map(|row| (row.dispatch_id, row.seq)).unzip();
    // Taken back and counted again from the events of just these deliveries.
    sqlx::query!(
        r#"with gone as (
               delete from delivery_firsts f using (select distinct * from unnest($1::uuid[], $2::bigint[]) as t (dispatch_id, seq)) t
               where f.dispatch_id = t.dispatch_id and f.seq = t.seq and f.kind = 'clicked'
               returning f.dispatch_id, f.verdict, f.at
           ), sums as (
               select dispatch_id, date_trunc('hour', at, 'UTC') as hour, count(*) filter (where verdict = 'human') as human,
                      count(*) filter (where verdict = 'machine') as machine
               from gone group by 1, 2
           )
           update dispatch_hours h set clicked_human = h.clicked_human - s.human, clicked_machine = h.clicked_machine - s.machine
           from sums s where h.dispatch_id = s.dispatch_id and h.hour = s.hour"#,
        &dispatches,
        &seqs,
    )
    .execute(tx.conn())
    .await?;
    let events = sqlx::query_scalar!(
        r#"select e.id from events e join (select distinct * from unnest($1::uuid[], $2::bigint[]) as t (dispatch_id, seq)) t
               on t.dispatch_id = e.dispatch_id and t.seq = e.seq where e.kind = 'clicked'"#,
        &dispatches,
        &seqs
    )
    .fetch_all(tx.conn())
    .await?;
    note_firsts(tx, &events).await
}
