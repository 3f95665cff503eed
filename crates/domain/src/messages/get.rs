use crate::access::{Permits, ReadCampaigns};
use crate::campaigns::read;
use crate::{Error, Granted, Result, Tx};
use types::messages::{Definition, DefinitionDetail, LiveVersion};
use types::{CampaignId, RevisionId};
use uuid::Uuid;

/// A message definition of the unit.
///
/// # Errors
/// When the database cannot be asked.
pub async fn get(
    tx: &mut Tx,
    by: &Granted<ReadCampaigns>,
    id: CampaignId,
) -> Result<Option<DefinitionDetail>> {
    let row = sqlx::query_as!(
        Row,
        r#"select c.id as "id: CampaignId", c.key as "key!", c.name, c.classification, c.channel, c.state, c.parameters, c.edit_version, c.is_active,
                  c.updated_at, c.archived_at, r.id as "revision?: RevisionId", r.number as "number?", r.called as "called?",
                  d.created_at as "since?: jiff_sqlx::Timestamp"
           from campaigns c left join campaign_revisions r on r.id = c.live_revision_id left join dispatches d on d.id = c.live_dispatch_id
           where c.id = $1 and c.unit_id = $2 and c.kind = 'message'"#,
        id.uuid(),
        by.unit().uuid()
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let draft = read(tx, by.unit(), id).await?;
    Ok(Some(DefinitionDetail {
        definition: row.definition()?,
        content: draft.content,
        sender_profile_id: draft.sender_profile_id,
        topics: draft.audience.include_topics,
        senders: draft.senders,
        quiet_hours: draft.called.and_then(|it| it.quiet_hours),
    }))
}

/// The id of a definition of the unit, by id or key.
///
/// # Errors
/// `NotFound` where the unit has none such.
pub async fn id_of<P: Permits>(tx: &mut Tx, by: &Granted<P>, id_or_key: &str) -> Result<CampaignId> {
    sqlx::query_scalar!(
        r#"select id as "id: CampaignId" from campaigns where unit_id = $1 and kind = 'message' and (id = $2 or key = $3)
           order by id = $2 desc nulls last limit 1"#,
        by.unit().uuid(),
        Uuid::parse_str(id_or_key).ok(),
        id_or_key
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(Error::not_found)
}

pub(super) struct Row {
    pub id: CampaignId,
    pub key: String,
    pub name: String,
    pub classification: String,
    pub channel: String,
    pub state: String,
    pub parameters: serde_json::Value,
    pub edit_version: i32,
    pub is_active: bool,
    pub updated_at: jiff_sqlx::Timestamp,
    pub archived_at: Option<jiff_sqlx::Timestamp>,
    pub revision: Option<RevisionId>,
    pub number: Option<i32>,
    pub called: Option<serde_json::Value>,
    pub since: Option<jiff_sqlx::Timestamp>,
}

impl Row {
    pub fn definition(self) -> Result<Definition> {
        let live = match (self.revision, self.number, self.called, self.since) {
            (Some(revision_id), Some(number), Some(called), Some(since)) => Some(LiveVersion {
                revision_id,
                number,
                parameters: serde_json::from_value::<crate::campaigns::Called>(called)?.parameters,
                since: since.to_jiff(),
            }),
            _ => None,
        };
        Ok(Definition {
            id: self.id,
            key: self.key,
            name: self.name,
            classification: crate::campaigns::classification(&self.classification)?,
            channel: self
                .channel
                .parse()
                .map_err(|_| Error::broken("unknown channel in campaigns"))?,
            state: self
                .state
                .parse()
                .map_err(|_| Error::broken("unknown state in campaigns"))?,
            parameters: serde_json::from_value(self.parameters)?,
            edit_version: self.edit_version,
            is_active: self.is_active,
            live,
            updated_at: self.updated_at.to_jiff(),
            archived_at: self.archived_at.map(jiff_sqlx::Timestamp::to_jiff),
        })
    }
}
