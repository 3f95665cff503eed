//! The row of a campaign, as the functions here read and write it.

use crate::{Error, Result, Tx};
use serde_json::Value;
use types::campaigns::{Audience, CampaignContent, CampaignState, Schedule, Sender};
use types::content::Classification;
use types::messages::{Parameter, QuietHours, SenderRule};
use types::{CampaignId, RevisionId, SenderProfileId, UnitId};

/// What can be edited, and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub id: CampaignId,
    pub unit: UnitId,
    pub name: String,
    pub classification: Classification,
    pub state: CampaignState,
    pub audience: Audience,
    pub content: CampaignContent,
    pub sender_profile_id: Option<SenderProfileId>,
    pub schedule: Schedule,
    pub throttle_per_hour: Option<i32>,
    pub edit_version: i32,
    pub current_revision: Option<RevisionId>,
    pub archived: bool,
    /// Of a message definition: how it is called. None: a campaign.
    pub called: Option<Called>,
    /// Of a message definition: other senders, not looked up yet.
    pub senders: Vec<SenderRule>,
}

/// How a message definition is called, as it is sealed.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Called {
    pub key: String,
    pub parameters: Vec<Parameter>,
    /// Other senders, by attributes; the first that fits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub senders: Vec<SenderChoice>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet_hours: Option<QuietHours>,
}

/// A [`SenderRule`] with the sender as it was when it was sealed.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct SenderChoice {
    /// Of the call, else of the person.
    pub attribute: String,
    /// Fits where the attribute, written as text, is one of these.
    pub is: Vec<String>,
    /// Who it is from then.
    pub sender: Sender,
}

impl SenderChoice {
    /// Whether a message with these attributes is from this sender.
    #[must_use]
    pub fn fits(&self, attributes: &Value) -> bool {
        let text = match &attributes[&self.attribute] {
            Value::String(text) => text.clone(),
            value @ (Value::Number(_) | Value::Bool(_)) => value.to_string(),
            _ => return false,
        };
        self.is.iter().any(|it| it.trim() == text.trim())
    }
}

struct Row {
    id: CampaignId,
    name: String,
    classification: String,
    state: String,
    audience: Value,
    content: Value,
    sender_profile_id: Option<SenderProfileId>,
    schedule: Value,
    throttle_per_hour: Option<i32>,
    edit_version: i32,
    current_revision_id: Option<RevisionId>,
    archived: bool,
    key: Option<String>,
    parameters: Value,
    senders: Value,
    quiet_hours: Option<Value>,
}

impl Row {
    fn draft(self, unit: UnitId) -> Result<Draft> {
        Ok(Draft {
            id: self.id,
            unit,
            name: self.name,
            classification: super::classification(&self.classification)?,
            state: state(&self.state)?,
            audience: serde_json::from_value(self.audience)?,
            content: serde_json::from_value(self.content)?,
            sender_profile_id: self.sender_profile_id,
            schedule: serde_json::from_value(self.schedule)?,
            throttle_per_hour: self.throttle_per_hour,
            edit_version: self.edit_version,
            current_revision: self.current_revision_id,
            archived: self.archived,
            called: self
                .key
                .map(|key| {
                    Ok::<_, Error>(Called {
                        key,
                        parameters: serde_json::from_value(self.parameters)?,
                        senders: Vec::new(),
                        quiet_hours: self.quiet_hours.map(serde_json::from_value).transpose()?,
                    })
                })
                .transpose()?,
            senders: serde_json::from_value(self.senders)?,
        })
    }
}

/// The state as stored.
pub(crate) fn state(text: &str) -> Result<CampaignState> {
    text.parse()
        .map_err(|_| Error::broken("unknown state in campaigns"))
}

/// Reads the campaign and keeps others from changing it until the transaction ends.
///
/// # Errors
/// `NotFound` where the unit has no such campaign.
pub(crate) async fn lock(tx: &mut Tx, unit: UnitId, id: CampaignId) -> Result<Draft> {
    sqlx::query_as!(
        Row,
        r#"select id as "id: CampaignId", name, classification, state, audience, content,
                  sender_profile_id as "sender_profile_id: SenderProfileId", schedule, throttle_per_hour, edit_version,
                  current_revision_id as "current_revision_id: RevisionId", archived_at is not null as "archived!", key, parameters, senders, quiet_hours
           from campaigns where id = $1 and unit_id = $2 for update"#,
        id.uuid(),
        unit.uuid(),
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(Error::not_found)?
    .draft(unit)
}

/// [`lock`] for acts that message definitions do not have.
///
/// # Errors
/// `NotFound` where the unit has no such campaign.
pub(crate) async fn lock_campaign(tx: &mut Tx, unit: UnitId, id: CampaignId) -> Result<Draft> {
    let draft = lock(tx, unit, id).await?;
    match draft.called {
        None => Ok(draft),
        Some(_) => Err(Error::not_found()),
    }
}

/// [`lock`] for acts that only message definitions have.
///
/// # Errors
/// `NotFound` where the unit has no such definition.
pub(crate) async fn lock_definition(tx: &mut Tx, unit: UnitId, id: CampaignId) -> Result<Draft> {
    let draft = lock(tx, unit, id).await?;
    match draft.called {
        Some(_) => Ok(draft),
        None => Err(Error::not_found()),
    }
}

/// [`lock`] without keeping others out: for looking.
pub(crate) async fn read(tx: &mut Tx, unit: UnitId, id: CampaignId) -> Result<Draft> {
    sqlx::query_as!(
        Row,
        r#"select id as "id: CampaignId", name, classification, state, audience, content,
                  sender_profile_id as "sender_profile_id: SenderProfileId", schedule, throttle_per_hour, edit_version,
                  current_revision_id as "current_revision_id: RevisionId", archived_at is not null as "archived!", key, parameters, senders, quiet_hours
           from campaigns where id = $1 and unit_id = $2"#,
        id.uuid(),
        unit.uuid(),
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(Error::not_found)?
    .draft(unit)
}

/// Writes a state that [`super::state::transition`] has allowed.
pub(crate) async fn set_state(tx: &mut Tx, draft: &Draft, to: CampaignState) -> Result<()> {
    sqlx::query!(
        "update campaigns set state = $3, updated_at = $4,
             scheduled_for = case when $3 in ('draft', 'in_review', 'approved') then null else scheduled_for end
         where id = $1 and unit_id = $2",
        draft.id.uuid(),
        draft.unit.uuid(),
        to.as_str(),
        tx.now_sql() as _,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
