use super::{changes, state, took_part};
use crate::access::ReadCampaigns;
use crate::campaigns::{self, Called, SenderChoice, Stored, hex};
use crate::{Error, Granted, Result, Tx};
use serde_json::Value;
use std::collections::BTreeMap;
use types::approvals::{Change, ComparedWith, ReviewDetail, ReviewState, ReviewedDefinition, ReviewedSender};
use types::campaigns::{Audience, RevisionSummary};
use types::content::SamplePerson;
use types::{CampaignId, Language, ReviewId, RevisionId, TopicId, UnitId, UserId};

/// The review that waits for a decision on this campaign, for those who know only the campaign, with its seal.
///
/// # Errors
/// When the database cannot be asked.
pub async fn waiting_of(
    tx: &mut Tx,
    by: &Granted<ReadCampaigns>,
    campaign: CampaignId,
) -> Result<Option<(ReviewId, String)>> {
    let row = sqlx::query!(
        r#"select id as "id: ReviewId", seal from reviews where campaign_id = $1 and unit_id = $2 and state = 'waiting'"#,
        campaign.uuid(),
        by.unit().uuid()
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| (row.id, hex(&row.seal))))
}

struct Row {
    campaign_id: CampaignId,
    campaign: String,
    unit_id: UnitId,
    unit_key: String,
    unit: String,
    state: String,
    note: String,
    requested_by: Option<UserId>,
    requested_name: String,
    requested_at: jiff_sqlx::Timestamp,
    decided_by: Option<String>,
    decided_at: Option<jiff_sqlx::Timestamp>,
    comment: String,
    revision: RevisionId,
    submitted_at: jiff_sqlx::Timestamp,
    submitted_by: String,
    live: Option<i32>,
}

/// Everything that the review is about, in the reader's language where names have several. `None` outside the unit.
///
/// # Errors
/// When the database cannot be asked.
pub async fn get(
    tx: &mut Tx,
    by: &Granted<ReadCampaigns>,
    id: ReviewId,
    language: Language,
) -> Result<Option<ReviewDetail>> {
    let Some(row) = sqlx::query_as!(
        Row,
        r#"select v.campaign_id as "campaign_id: CampaignId", c.name as campaign, u.id as "unit_id: UnitId", u.key as unit_key,
                  u.name as unit, v.state, v.note, v.requested_by as "requested_by: UserId", coalesce(q.name, '') as "requested_name!",
                  v.requested_at, d.name as "decided_by?", v.decided_at, v.comment, r.id as "revision: RevisionId", r.submitted_at,
                  coalesce(s.name, '') as "submitted_by!", l.number as "live?"
           from reviews v join campaigns c on c.id = v.campaign_id join campaign_revisions r on r.id = v.revision_id
               left join campaign_revisions l on l.id = c.live_revision_id
               join units u on u.id = v.unit_id
               left join users q on q.id = v.requested_by left join users d on d.id = v.decided_by
               left join users s on s.id = r.submitted_by
           where v.id = $1 and v.unit_id = $2"#,
        id.uuid(),
        by.unit().uuid(),
    )
    .fetch_optional(tx.conn())
    .await?
    else {
        return Ok(None);
    };
    let stored = campaigns::load(tx.conn(), row.unit_id, row.revision)
        .await?
        .ok_or_else(Error::not_found)?;
    // As it is decided (law 2): for an API client, by the person who set it up.
    let own_work = match by.person() {
        Err(_) => false,
        Ok(me) => row.requested_by == Some(me) || took_part(tx, row.campaign_id, me).await?,
    };
    let review_state = state(&row.state)?;
    let (compared_with, changes) = compare(tx, &row, &stored).await?;
    let audience: Audience = serde_json::from_value(stored.parts.audience.clone())?;
    let classification = campaigns::classification(&stored.parts.classification)?;
    let (default_language, versions) = languages(&stored.parts.source);
    let counts = campaigns::count(
        tx,
        row.unit_id,
        classification,
        &audience,
        default_language,
        &versions,
    )
    .await?;
    let definition = stored.parts.called.clone().map(serde_json::from_value::<Called>);
    let definition = definition.transpose()?.map(|called| ReviewedDefinition {
        key: called.key,
        parameters: called.parameters,
        senders: called.senders.into_iter().map(other_sender).collect(),
        quiet_hours: called.quiet_hours,
        live: row.live,
    });
    let names = topic_names(tx, row.unit_id, language).await?;
    let named = |ids: &[TopicId]| ids.iter().filter_map(|id| names.get(id).cloned()).collect();
    Ok(Some(ReviewDetail {
        id,
        campaign_id: row.campaign_id,
        campaign: row.campaign,
        unit_id: row.unit_id,
        unit_key: row.unit_key,
        unit: row.unit,
        state: review_state,
        note: row.note,
        requested_by: row.requested_name,
        requested_at: row.requested_at.to_jiff(),
        decided_by: row.decided_by,
        decided_at: row.decided_at.map(jiff_sqlx::Timestamp::to_jiff),
        comment: row.comment,
        revision: RevisionSummary {
            id: stored.id,
            number: stored.parts.number,
            seal: hex(&stored.seal),
            audience_count: stored.audience_count,
            submitted_at: row.submitted_at.to_jiff(),
            submitted_by: row.submitted_by,
        },
        definition,
        classification,
        include_topics: named(&audience.include_topics),
        exclude_topics: named(&audience.exclude_topics),
        audience,
        counts,
        sender: serde_json::from_value(stored.parts.sender.clone())?,
        schedule: serde_json::from_value(stored.parts.schedule.clone())?,
        throttle_per_hour: stored.parts.throttle_per_hour,
        compared_with,
        changes,
        own_work: own_work && review_state == ReviewState::Waiting,
        seal_broken: !stored.holds(),
        source: stored.parts.source,
    }))
}

fn other_sender(it: SenderChoice) -> ReviewedSender {
    ReviewedSender {
        attribute: it.attribute,
        is: it.is,
        from_name: it.sender.from_name,
        from_address: it.sender.from_address,
    }
}

/// Default language and versions of a sealed source.
fn languages(source: &Value) -> (Language, Vec<Language>) {
    let parse = |text: &str| text.parse::<Language>().ok();
    let default = source
        .get("default_language")
        .and_then(Value::as_str)
        .and_then(parse)
        .unwrap_or_default();
    let versions = source.get("languages").and_then(Value::as_object);
    (
        default,
        versions
            .map(|it| it.keys().filter_map(|key| parse(key)).collect())
            .unwrap_or_default(),
    )
}

/// Against the last approved revision before this one; where none was ever approved, against the one submitted before.
async fn compare(tx: &mut Tx, row: &Row, stored: &Stored) -> Result<(Option<ComparedWith>, Vec<Change>)> {
    let before = sqlx::query!(
        r#"select r.id as "id: RevisionId", r.number, r.submitted_at,
                  exists (select from reviews v where v.revision_id = r.id and v.state = 'approved') as "approved!"
           from campaign_revisions r where r.campaign_id = $1 and r.number < $2
           order by 4 desc, r.number desc limit 1"#,
        row.campaign_id.uuid(),
        stored.parts.number,
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(before) = before else {
        return Ok((None, Vec::new()));
    };
    let Some(other) = campaigns::load(tx.conn(), row.unit_id, before.id).await? else {
        return Ok((None, Vec::new()));
    };
    let compared = ComparedWith {
        number: before.number,
        approved: before.approved,
        submitted_at: before.submitted_at.to_jiff(),
    };
    Ok((Some(compared), changes::changes(&other.parts, &stored.parts)?))
}

/// The unit's topics by name, in the reader's language or what there is.
async fn topic_names(tx: &mut Tx, unit: UnitId, language: Language) -> Result<BTreeMap<TopicId, String>> {
    let rows = sqlx::query!(
        r#"select id as "id: TopicId", key, name from topics where unit_id = $1"#,
        unit.uuid()
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let pick = |code: &str| row.name.get(code).and_then(Value::as_str).map(str::to_owned);
            let any = || {
                row.name
                    .as_object()?
                    .values()
                    .find_map(Value::as_str)
                    .map(str::to_owned)
            };
            let name = pick(language.code())
                .or_else(|| pick("en"))
                .or_else(any)
                .unwrap_or(row.key);
            (row.id, name)
        })
        .collect())
}

/// People of the sealed audience to look at the message as.
///
/// # Errors
/// `NotFound` outside the unit.
pub async fn sample_recipients(
    tx: &mut Tx,
    by: &Granted<ReadCampaigns>,
    id: ReviewId,
    search: &str,
) -> Result<Vec<SamplePerson>> {
    let revision = sqlx::query_scalar!(
        r#"select revision_id as "id: RevisionId" from reviews where id = $1 and unit_id = $2"#,
        id.uuid(),
        by.unit().uuid()
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(Error::not_found)?;
    let Some(stored) = campaigns::load(tx.conn(), by.unit(), revision).await? else {
        return Ok(Vec::new());
    };
    let audience: Audience = serde_json::from_value(stored.parts.audience)?;
    let classification = campaigns::classification(&stored.parts.classification)?;
    let (default_language, _) = languages(&stored.parts.source);
    campaigns::samples(tx, by.unit(), classification, &audience, default_language, search).await
}
