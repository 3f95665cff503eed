//! Reviews: what waits for whom, what an approver sees, and what changed.

use crate::campaigns::{Audience, AudienceCounts, RevisionSummary, Schedule, Sender};
use crate::content::Classification;
use crate::messages::{Parameter, QuietHours};
use crate::text_enum::text_enum;
use crate::{CampaignId, Language, ReviewId, UnitId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

text_enum! {
    /// What became of a review.
    ReviewState {
        Waiting = "waiting",
        Approved = "approved",
        Rejected = "rejected",
        Withdrawn = "withdrawn",
    }
}

/// One line of the list of reviews.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ReviewRow {
    pub id: ReviewId,
    pub campaign_id: CampaignId,
    pub campaign: String,
    pub unit_id: UnitId,
    /// For addresses of the console.
    pub unit_key: String,
    pub unit: String,
    pub state: ReviewState,
    pub requested_by: String,
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub requested_at: Timestamp,
    pub audience_count: i64,
    pub schedule: Schedule,
    /// Key of the message definition; none: a campaign.
    #[serde(default)]
    pub definition: Option<String>,
    /// The reader took part in it and may not decide on it.
    pub own_work: bool,
}

/// Everything an approver decides on, from the sealed revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ReviewDetail {
    pub id: ReviewId,
    pub campaign_id: CampaignId,
    pub campaign: String,
    pub unit_id: UnitId,
    pub unit_key: String,
    pub unit: String,
    pub state: ReviewState,
    pub note: String,
    pub requested_by: String,
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub requested_at: Timestamp,
    pub decided_by: Option<String>,
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub decided_at: Option<Timestamp>,
    pub comment: String,
    pub revision: RevisionSummary,
    /// Of a message definition, which has no audience and no schedule; none: a campaign.
    #[serde(default)]
    pub definition: Option<ReviewedDefinition>,
    pub classification: Classification,
    pub audience: Audience,
    /// Names of the audience's topics, included and excluded, in its order.
    pub include_topics: Vec<String>,
    pub exclude_topics: Vec<String>,
    /// Counted now; the number at submission is in the revision.
    pub counts: AudienceCounts,
    pub sender: Sender,
    pub schedule: Schedule,
    pub throttle_per_hour: Option<i32>,
    /// The sealed `render::Source`: what the preview is rendered from.
    pub source: serde_json::Value,
    /// The revision the changes are told against; none: this is the first.
    pub compared_with: Option<ComparedWith>,
    pub changes: Vec<Change>,
    /// The reader took part in it and may not decide on it.
    pub own_work: bool,
    /// The frozen revision no longer matches its seal.
    pub seal_broken: bool,
}

/// How a message definition is called, as it is sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ReviewedDefinition {
    pub key: String,
    pub parameters: Vec<Parameter>,
    /// Other senders; the first that fits.
    #[serde(default)]
    pub senders: Vec<ReviewedSender>,
    /// When what may wait does not go.
    #[serde(default)]
    pub quiet_hours: Option<QuietHours>,
    /// Number of the version that calls are answered with until this is approved; none: they are refused.
    pub live: Option<i32>,
}

/// Another sender where an attribute says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ReviewedSender {
    pub attribute: String,
    /// Fits where the attribute is one of these.
    pub is: Vec<String>,
    pub from_name: String,
    pub from_address: String,
}

/// An earlier revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ComparedWith {
    pub number: i32,
    /// It was approved; else it is the one submitted before this.
    pub approved: bool,
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub submitted_at: Timestamp,
}

text_enum! {
    /// Which part of a campaign changed.
    ChangedField {
        Classification = "classification",
        Audience = "audience",
        Template = "template",
        DefaultLanguage = "default_language",
        /// A language came or went.
        Language = "language",
        Subject = "subject",
        Preheader = "preheader",
        Slot = "slot",
        Text = "text",
        FromName = "from_name",
        FromAddress = "from_address",
        ReplyTo = "reply_to",
        Schedule = "schedule",
        Throttle = "throttle",
        /// Of a message definition: what calls give; which, in `parameter`. None there: only their order.
        Parameter = "parameter",
        /// Of a message definition: other senders, by attributes.
        Senders = "senders",
        /// Of a message definition: when what may wait does not go.
        QuietHours = "quiet_hours",
        /// Footer, address, links: what comes from the unit and the catalogue.
        Surroundings = "surroundings",
    }
}

/// One difference between two revisions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Change {
    pub field: ChangedField,
    pub language: Option<Language>,
    /// Key of the slot.
    pub slot: Option<String>,
    /// What calls give.
    #[serde(default)]
    pub parameter: Option<ParameterChange>,
    /// Word by word; markup is left out.
    pub pieces: Vec<Piece>,
}

/// A parameter that came, went or is another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ParameterChange {
    pub before: Option<Parameter>,
    pub after: Option<Parameter>,
}

text_enum! {
    /// What happened to a piece of text.
    PieceKind { Same = "same", Added = "added", Removed = "removed" }
}

/// A run of words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Piece {
    pub kind: PieceKind,
    pub text: String,
}
