//! Who gets it: counts by rule, and people to look at the message as.

use crate::access::ReadCampaigns;
use crate::{Error, Granted, Result, Tx};
use std::collections::BTreeMap;
use types::campaigns::{Audience, AudienceCounts, CampaignContent, HeldBack};
use types::content::{Classification, SamplePerson};
use types::{CampaignId, Code, ContactId, Language, TopicId, UnitId};
use uuid::Uuid;

/// An audience as the parameters of the SQL function `campaign_audience`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AudienceArrays {
    /// None: everyone in the unit.
    pub topics: Option<Vec<Uuid>>,
    pub excluded: Vec<Uuid>,
    /// Empty: all.
    pub languages: Vec<String>,
    pub default_language: &'static str,
}

impl AudienceArrays {
    #[must_use]
    pub fn new(audience: &Audience, default_language: Language) -> Self {
        let uuids = |topics: &[TopicId]| topics.iter().map(|it| it.uuid()).collect::<Vec<_>>();
        Self {
            topics: (!audience.everyone).then(|| uuids(&audience.include_topics)),
            excluded: uuids(&audience.exclude_topics),
            languages: audience.languages.iter().map(|it| it.code().to_owned()).collect(),
            default_language: default_language.code(),
        }
    }
}

/// Counts an audience of a campaign's editor as it is now, saved or not.
///
/// # Errors
/// `NotFound` where the unit has no such campaign; field error `audience` for another unit's topic, whose subscribers are
/// nobody's business here (law 3).
pub async fn audience_counts(
    tx: &mut Tx,
    by: &Granted<ReadCampaigns>,
    id: CampaignId,
    audience: Option<&Audience>,
) -> Result<AudienceCounts> {
    let draft = super::draft::read(tx, by.unit(), id).await?;
    let audience = audience.unwrap_or(&draft.audience);
    if !topics_known(tx, by.unit(), audience).await? {
        return Err(Error::field("audience", Code::UnknownReference));
    }
    count_audience(tx, by.unit(), draft.classification, audience, &draft.content).await
}

/// Whether all topics of an audience are the unit's own.
pub(super) async fn topics_known(tx: &mut Tx, unit: UnitId, audience: &Audience) -> Result<bool> {
    let topics = audience.include_topics.iter().chain(&audience.exclude_topics);
    let wanted: Vec<Uuid> = topics.map(|it| it.uuid()).collect();
    let known = sqlx::query_scalar!(
        "select id from topics where unit_id = $1 and id = any ($2)",
        unit.uuid(),
        &wanted
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(wanted.iter().all(|it| known.contains(it)))
}

/// One statement over the function that the expansion uses too.
///
/// # Errors
/// When the database cannot be asked.
pub async fn count_audience(
    tx: &mut Tx,
    unit: UnitId,
    classification: Classification,
    audience: &Audience,
    content: &CampaignContent,
) -> Result<AudienceCounts> {
    let versions: Vec<Language> = content.languages.keys().copied().collect();
    count(
        tx,
        unit,
        classification,
        audience,
        content.default_language,
        &versions,
    )
    .await
}

/// [`count_audience`] for a message with these language versions.
pub(crate) async fn count(
    tx: &mut Tx,
    unit: UnitId,
    classification: Classification,
    audience: &Audience,
    default_language: Language,
    versions: &[Language],
) -> Result<AudienceCounts> {
    if audience.is_unset() {
        return Ok(AudienceCounts::default());
    }
    let arrays = AudienceArrays::new(audience, default_language);
    let rows = sqlx::query!(
        r#"select a.rule, case when a.rule is null then coalesce(a.language, $6) end as language, count(*) as "people!"
           from campaign_audience($1, $2, $3, $4, $5, $6) a group by 1, 2"#,
        unit.uuid(),
        classification.as_str(),
        arrays.topics.as_deref(),
        &arrays.excluded,
        &arrays.languages,
        arrays.default_language,
    )
    .fetch_all(tx.conn())
    .await?;
    let mut counts = AudienceCounts::default();
    let mut held: BTreeMap<String, i64> = BTreeMap::new();
    for row in rows {
        counts.total += row.people;
        if let Some(rule) = row.rule {
            *held.entry(rule).or_default() += row.people;
            continue;
        }
        counts.recipients += row.people;
        let wanted: Option<Language> = row.language.as_deref().and_then(|it| it.parse().ok());
        let version = wanted
            .filter(|it| versions.contains(it))
            .unwrap_or(default_language);
        *counts.languages.entry(version).or_default() += row.people;
    }
    counts.held_back = held
        .into_iter()
        .map(|(rule, people)| HeldBack { rule, people })
        .collect();
    counts.held_back.sort_by_key(|it| std::cmp::Reverse(it.people));
    Ok(counts)
}

/// How many recipients read a language that the message has no version in: (language, people).
pub(super) async fn without_version(
    tx: &mut Tx,
    unit: UnitId,
    classification: Classification,
    audience: &Audience,
    content: &CampaignContent,
) -> Result<Vec<(Language, i64)>> {
    let arrays = AudienceArrays::new(audience, content.default_language);
    let versions: Vec<String> = content.languages.keys().map(|it| it.code().to_owned()).collect();
    let rows = sqlx::query!(
        r#"select a.language as "language!", count(*) as "people!" from campaign_audience($1, $2, $3, $4, $5, $6) a
           where a.rule is null and a.language is not null and a.language <> all ($7) group by a.language order by a.language"#,
        unit.uuid(),
        classification.as_str(),
        arrays.topics.as_deref(),
        &arrays.excluded,
        &arrays.languages,
        arrays.default_language,
        &versions,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            let language = row
                .language
                .parse()
                .map_err(|_| Error::broken("unknown language in contacts"))?;
            Ok((language, row.people))
        })
        .collect()
}

/// How many recipients lack each of these variables (`contact.first_name`, `attributes.faculty`): absent and empty are
/// the same, as in the renderer.
pub(super) async fn lacking(
    tx: &mut Tx,
    unit: UnitId,
    classification: Classification,
    audience: &Audience,
    default_language: Language,
    paths: &[String],
) -> Result<Vec<(String, i64)>> {
    if paths.is_empty() || audience.is_unset() {
        return Ok(Vec::new());
    }
    let arrays = AudienceArrays::new(audience, default_language);
    let rows = sqlx::query!(
        r#"select v.path as "path!", count(*) as "people!"
           from campaign_audience($1, $2, $3, $4, $5, $6) a cross join unnest($7::text[]) v (path)
           where a.rule is null and btrim(case
               when v.path = 'contact.first_name' then a.first_name
               when v.path = 'contact.last_name' then a.last_name
               when v.path like 'attributes.%' then coalesce(a.attributes ->> substr(v.path, 12), '')
               else 'there' end) = ''
           group by v.path order by 2 desc, 1"#,
        unit.uuid(),
        classification.as_str(),
        arrays.topics.as_deref(),
        &arrays.excluded,
        &arrays.languages,
        arrays.default_language,
        paths,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.path, row.people)).collect())
}

/// People of the audience to look at the message as: a handful, or those whose name or address has the search text.
///
/// # Errors
/// `NotFound` where the unit has no such campaign.
pub async fn sample_recipients(
    tx: &mut Tx,
    by: &Granted<ReadCampaigns>,
    id: CampaignId,
    search: &str,
) -> Result<Vec<SamplePerson>> {
    let draft = super::draft::read(tx, by.unit(), id).await?;
    samples(
        tx,
        by.unit(),
        draft.classification,
        &draft.audience,
        draft.content.default_language,
        search,
    )
    .await
}

/// [`sample_recipients`] of a sealed revision too.
pub(crate) async fn samples(
    tx: &mut Tx,
    unit: UnitId,
    classification: Classification,
    audience: &Audience,
    default_language: Language,
    search: &str,
) -> Result<Vec<SamplePerson>> {
    // Without a chosen audience the unit's people will do: the preview works from the first step on.
    let audience = if audience.is_unset() {
        Audience {
            everyone: true,
            ..audience.clone()
        }
    } else {
        audience.clone()
    };
    let arrays = AudienceArrays::new(&audience, default_language);
    let pattern = format!("%{}%", crate::audit::like(search));
    let rows = sqlx::query!(
        r#"select a.contact_id as "contact_id!: ContactId", a.first_name as "first_name!", a.last_name as "last_name!",
                  coalesce(a.address, '') as "address!", a.language, a.attributes as "attributes!"
           from campaign_audience($1, $2, $3, $4, $5, $6) a
           where a.rule is null and ($7 = '%%' or a.first_name || ' ' || a.last_name ilike $7 or a.address ilike $7)
           limit 12"#,
        unit.uuid(),
        classification.as_str(),
        arrays.topics.as_deref(),
        &arrays.excluded,
        &arrays.languages,
        arrays.default_language,
        pattern,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(SamplePerson {
                id: row.contact_id,
                first_name: row.first_name,
                last_name: row.last_name,
                email: row.address,
                language: row.language.as_deref().and_then(|it| it.parse().ok()),
                attributes: serde_json::from_value(row.attributes)?,
            })
        })
        .collect()
}
