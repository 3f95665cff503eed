//! What a worker needs to know of a dispatch, once for all its recipients.

use super::{record::Rules, state::Lane};
use crate::campaigns::SenderChoice;
use crate::{Domain, Error, Result, Tx};
use types::{
    CampaignId, DispatchId, Language, UnitId,
    campaigns::{Audience, Sender},
};

/// The frozen facts of a dispatch.
#[derive(Clone, Debug)]
pub struct Context {
    /// Which.
    pub dispatch: DispatchId,
    /// For whom it is sent.
    pub unit: UnitId,
    /// The unit's key, part of List-Id.
    pub unit_key: String,
    /// The campaign behind it; none: a standing dispatch of triggered messages.
    pub campaign: Option<CampaignId>,
    /// Whose connections it uses.
    pub lane: Lane,
    /// Rules of the last look.
    pub rules: Rules,
    /// The message as approved.
    pub source: render::Source,
    /// From whom, as approved.
    pub sender: Sender,
    /// From whom instead, by attributes; the first that fits.
    pub senders: Vec<SenderChoice>,
    /// The one topic it is about, if it is one: key and name for List-Id.
    pub topic: Option<(String, String)>,
}

impl Context {
    /// Marketing carries list headers, a pixel and counted links.
    #[must_use]
    pub fn is_marketing(&self) -> bool {
        self.rules.classification == "marketing"
    }
}

/// Loads the facts of a dispatch; none when there is no such dispatch.
///
/// # Errors
/// When the database cannot be asked or the revision cannot be read.
pub async fn context(domain: &Domain, dispatch: DispatchId) -> Result<Option<Context>> {
    let Some(row) = sqlx::query!(
        r#"select d.unit_id as "unit: UnitId", u.key as unit_key, d.campaign_id as "campaign: CampaignId", d.lane, d.classification,
                  r.audience, r.source, r.sender, r.called -> 'senders' as senders
           from dispatches d join units u on u.id = d.unit_id join campaign_revisions r on r.id = d.revision_id
           where d.id = $1"#,
        dispatch.uuid()
    )
    .fetch_optional(domain.pool())
    .await?
    else {
        return Ok(None);
    };
    let audience: Audience = serde_json::from_value(row.audience)?;
    let source: render::Source = serde_json::from_value(row.source)?;
    let topics = super::expand::topics_of(&audience);
    let topic = match topics.as_deref() {
        Some([topic]) => one_topic(domain, *topic, source.default_language).await?,
        _ => None,
    };
    Ok(Some(Context {
        dispatch,
        unit: row.unit,
        unit_key: row.unit_key,
        campaign: row.campaign,
        lane: row.lane.parse()?,
        rules: Rules {
            unit: row.unit.uuid(),
            classification: row.classification,
            topics,
            triggered: row.campaign.is_none(),
        },
        source,
        sender: serde_json::from_value(row.sender)?,
        senders: row
            .senders
            .map(serde_json::from_value)
            .transpose()?
            .unwrap_or_default(),
        topic,
    }))
}

/// What holds people of a dispatch back; none when there is no such dispatch. It never changes.
///
/// # Errors
/// When the database cannot be asked or the revision cannot be read.
pub async fn rules(tx: &mut Tx, dispatch: DispatchId) -> Result<Option<Rules>> {
    let row = sqlx::query!(
        r#"select d.unit_id, d.campaign_id, d.classification, r.audience
           from dispatches d join campaign_revisions r on r.id = d.revision_id where d.id = $1"#,
        dispatch.uuid()
    )
    .fetch_optional(tx.conn())
    .await?;
    row.map(|row| {
        let audience: Audience = serde_json::from_value(row.audience)?;
        Ok(Rules {
            unit: row.unit_id,
            classification: row.classification,
            topics: super::expand::topics_of(&audience),
            triggered: row.campaign_id.is_none(),
        })
    })
    .transpose()
}

async fn one_topic(
    domain: &Domain,
    topic: uuid::Uuid,
    language: Language,
) -> Result<Option<(String, String)>> {
    let row = sqlx::query!("select key, name from topics where id = $1", topic)
        .fetch_optional(domain.pool())
        .await?;
    row.map(|row| {
        let name = [language.code(), "en"]
            .iter()
            .find_map(|code| row.name.get(*code)?.as_str());
        let name = name.or_else(|| row.name.as_object()?.values().find_map(serde_json::Value::as_str));
        let name = name
            .ok_or_else(|| Error::broken("a topic without a name"))?
            .to_owned();
        Ok((row.key, name))
    })
    .transpose()
}
