//! From a sealed audience to the ledger, in one statement: no row passes through the server.

use crate::{Result, Tx};
use jiff::Timestamp;
use types::{CampaignId, DispatchId, RevisionId, UnitId, campaigns::Audience};
use uuid::Uuid;

/// The sealed facts that a ledger is made from. Who calls has just checked the seal (law 2).
#[derive(Clone, Copy, Debug)]
pub struct Expansion<'a> {
    /// For whom.
    pub unit: UnitId,
    /// Which campaign.
    pub campaign: CampaignId,
    /// Its approved revision.
    pub revision: RevisionId,
    /// `marketing`, `operational` or `transactional`.
    pub classification: &'a str,
    /// Who is to get it.
    pub audience: &'a Audience,
    /// The message: its languages.
    pub source: &'a render::Source,
    /// Its links, numbered.
    pub links: &'a [render::Link],
    /// Messages an hour; none: as fast as the relay takes them.
    pub throttle_per_hour: Option<i32>,
}

/// Topics as `campaign_audience` and `mailing_recheck` take them; none: everyone.
pub(super) fn topics_of(audience: &Audience) -> Option<Vec<Uuid>> {
    (!audience.everyone).then(|| audience.include_topics.iter().map(|topic| topic.uuid()).collect())
}

/// Writes the ledger of a campaign's one run and lets the workers begin.
///
/// Recipients are numbered with those who may get it first, cut into chunks of 50 to 1,000 (beyond a million up to 4,000: a worker
/// takes them one by one). Whoever a rule holds back is in the ledger all the same, with the rule as outcome: nobody is
/// dropped (laws 1, 6, 8).
///
/// # Errors
/// When the campaign has a dispatch already (`dispatches_campaign`) or the database cannot be asked.
pub async fn expand(tx: &mut Tx, run: &Expansion<'_>) -> Result<DispatchId> {
    let id: DispatchId = tx.id();
    let topics = topics_of(run.audience);
    sqlx::query!(
        "insert into dispatches (id, unit_id, kind, campaign_id, revision_id, lane, classification, state, throttle_per_hour, topics, created_at)
         values ($1, $2, 'campaign', $3, $4, $5, $5, 'expanding', $6, $7, $8)",
        id.uuid(),
        run.unit.uuid(),
        run.campaign.uuid(),
        run.revision.uuid(),
        run.classification,
        run.throttle_per_hour,
        topics.as_deref() as Option<&[Uuid]>,
        tx.now_sql() as _
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(r#"select ledger_partition($1) as "none: ()""#, id.uuid())
        .fetch_one(tx.conn())
        .await?;
    write_links(tx, id, run.links).await?;
    write_ledger(tx, id, run, topics.as_deref()).await?;
    super::control::wake(tx).await?;
    Ok(id)
}

pub(super) async fn write_links(tx: &mut Tx, id: DispatchId, links: &[render::Link]) -> Result<()> {
    let mut languages = Vec::with_capacity(links.len());
    let mut numbers = Vec::with_capacity(links.len());
    let (mut addresses, mut labels) = (Vec::new(), Vec::new());
    for link in links {
        let Ok(number) = i16::try_from(link.number) else {
            continue;
        };
        languages.push(link.language.code().to_owned());
        numbers.push(number);
        addresses.push(link.address.clone());
        labels.push(link.label.clone());
    }
    sqlx::query!(
        "insert into dispatch_links (dispatch_id, language, number, url, label)
         select $1, * from unnest($2::text[], $3::smallint[], $4::text[], $5::text[])",
        id.uuid(),
        &languages,
        &numbers,
        &addresses,
        &labels
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The one statement. What a person is owed and cannot be delivered to a dead address has failed; everything else that a rule
/// holds back is suppressed. A person with a chosen frequency who was written to too lately is `held_for_digest`; of several lines
/// with one address only the first is sent, the others are `duplicate_address`.
async fn write_ledger(
    tx: &mut Tx,
    id: DispatchId,
    run: &Expansion<'_>,
    topics: Option<&[Uuid]>,
) -> Result<()> {
    let excluded: Vec<Uuid> = run
        .audience
        .exclude_topics
        .iter()
        .map(|topic| topic.uuid())
        .collect();
    let languages: Vec<String> = run
        .audience
        .languages
        .iter()
        .map(|it| it.code().to_owned())
        .collect();
    let versions: Vec<String> = run
        .source
        .languages
        .keys()
        .map(|it| it.code().to_owned())
        .collect();
    let now: Timestamp = tx.now();
    // Hundreds of thousands of rows are sorted and hashed here, and compiling the statement would take longer than running it.
    sqlx::query!(r#"select set_config('jit', 'off', true) as "jit!", set_config('work_mem', '64MB', true) as "memory!""#)
        .fetch_one(tx.conn())
        .await?;
    sqlx::query!(
        r#"with person as materialized (
               select a.contact_id, a.address, a.normalised, a.language, a.first_name, a.last_name, a.attributes, case
                   when a.rule is not null then a.rule
                   when $3 = 'marketing' and a.frequency <> 'all' and exists (
                       select from deliveries d join dispatches x on x.id = d.dispatch_id
                           join outcomes o on o.dispatch_id = d.dispatch_id and o.seq = d.seq
                       where d.contact_id = a.contact_id and x.unit_id = $2 and x.classification = 'marketing' and o.outcome = 'sent'
                         and o.at > $9::timestamptz - case a.frequency when 'weekly' then interval '7 days' else interval '30 days' end)
                       then 'held_for_digest'
               end as held
               from campaign_audience($2, $3, $4, $5, $6, $7) a
           ), twice as materialized (
               select distinct on (p.normalised) p.normalised, p.contact_id as once
               from person p join (select normalised from person where normalised is not null group by normalised having count(*) > 1) d
                   on d.normalised = p.normalised
               order by p.normalised, (p.held is null) desc, p.contact_id
           ), judged as not materialized (
               select p.contact_id, p.address, p.language, p.first_name, p.last_name, p.attributes,
                      coalesce(p.held, case when t.once <> p.contact_id then 'duplicate_address' end) as held
               from person p left join twice t on t.normalised = p.normalised
           ), total as materialized (
               select count(*) as people, count(*) filter (where held is null) as going,
                      count(*) filter (where $3 = 'transactional' and held = 'hard_bounce') as failing,
                      least(greatest(50, count(*) filter (where held is null) / 64),
                          greatest(1000, least(4000, count(*) filter (where held is null) / 1000))) as size
               from judged
           ), staying as materialized (
               select j.*, t.going + row_number() over () as seq from judged j cross join total t where j.held is not null
           ), ledger as (
               insert into deliveries (dispatch_id, seq, contact_id, channel, address, language, first_name, last_name, attributes)
               select $1, n.seq, n.contact_id, 'email',
                   coalesce(n.address, ''), case when n.language = any ($8) then n.language else $7 end, n.first_name, n.last_name, n.attributes
               from (select j.*, row_number() over () as seq from judged j where j.held is null union all select * from staying) n
           ), held as (
               insert into outcomes (dispatch_id, seq, outcome, rule, at)
               select $1, n.seq, case when $3 = 'transactional' and n.held = 'hard_bounce' then 'failed' else 'suppressed' end, n.held,
                   $9::timestamptz from staying n
           ), chunks as (
               insert into dispatch_chunks (dispatch_id, chunk, first_seq, last_seq, due_at)
               select $1, c, c * t.size + 1, least((c + 1) * t.size, t.going),
                   $9::timestamptz
               from total t, generate_series(0, (t.going - 1) / t.size) c where t.going > 0
           ), rest as (
               insert into dispatch_chunks (dispatch_id, chunk, first_seq, last_seq, state, due_at, suppressed, failed)
               select $1, -1, t.going + 1, t.people, 'done', $9, t.people - t.going - t.failing, t.failing
               from total t where t.people > t.going
           )
           update dispatches d set state = 'sending', audience = t.people, suppressed = t.people - t.going - t.failing, failed = t.failing,
               started_at = $9
           from total t where d.id = $1"#,
        id.uuid(),
        run.unit.uuid(),
        run.classification,
        topics as Option<&[Uuid]>,
        &excluded,
        &languages,
        run.source.default_language.code(),
        &versions,
        crate::ts(now) as _,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
