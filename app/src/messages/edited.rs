//! What the editor of drafts edits.

use serde::{Deserialize, Serialize};
use types::campaigns::{Audience, CampaignContent, CampaignDetail, CampaignState, Schedule};
use types::content::Classification;
use types::messages::{DefinitionDetail, Parameter};
use types::{CampaignId, SenderProfileId};

/// What an editor edits: the draft of a campaign or of a message definition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EditedDraft {
    pub id: CampaignId,
    pub name: String,
    pub state: CampaignState,
    pub archived: bool,
    pub classification: Classification,
    pub audience: Audience,
    pub content: CampaignContent,
    pub sender_profile_id: Option<SenderProfileId>,
    pub schedule: Schedule,
    pub throttle_per_hour: Option<i32>,
    pub edit_version: i32,
    /// Of a message definition; none: a campaign.
    pub called: Option<EditedCall>,
}

/// How a message definition is called.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EditedCall {
    pub key: String,
    pub parameters: Vec<Parameter>,
}

impl From<CampaignDetail> for EditedDraft {
    fn from(it: CampaignDetail) -> Self {
        Self {
            id: it.id,
            name: it.name,
            state: it.state,
            archived: it.archived_at.is_some(),
            classification: it.classification,
            audience: it.audience,
            content: it.content,
            sender_profile_id: it.sender_profile_id,
            schedule: it.schedule,
            throttle_per_hour: it.throttle_per_hour,
            edit_version: it.edit_version,
            called: None,
        }
    }
}

impl From<DefinitionDetail> for EditedDraft {
    fn from(it: DefinitionDetail) -> Self {
        let definition = it.definition;
        Self {
            id: definition.id,
            name: definition.name,
            state: definition.state,
            archived: definition.archived_at.is_some(),
            classification: definition.classification,
            audience: Audience {
                include_topics: it.topics,
                ..Audience::default()
            },
            content: it.content,
            sender_profile_id: it.sender_profile_id,
            schedule: Schedule::Now,
            throttle_per_hour: None,
            edit_version: definition.edit_version,
            called: Some(EditedCall {
                key: definition.key,
                parameters: definition.parameters,
            }),
        }
    }
}
