//! Campaigns: audience, content, sender, schedule, state; what lists and pages show of them.

use crate::content::{Classification, SlotValue};
use crate::text_enum::text_enum;
use crate::{
    CampaignId, ContactId, DispatchId, Language, ReviewId, RevisionId, SenderProfileId, TemplateId, TopicId,
    UnitId,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

text_enum! {
    /// Where a campaign stands. The one transition function is `domain::campaigns::state`.
    CampaignState {
        Draft = "draft",
        /// Frozen and waiting for another person.
        InReview = "in_review",
        /// Approved, but its time passed before that: it needs a new time.
        Approved = "approved",
        Scheduled = "scheduled",
        Sending = "sending",
        Paused = "paused",
        Finished = "finished",
        Cancelled = "cancelled",
    }
}

/// To whom: people of the unit, by topic. Those in any included topic, without those in any excluded one.
/// Compiles to one set-based statement (`campaign_audience` in the migrations).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Audience {
    /// Everyone in the unit; included topics then do not matter.
    pub everyone: bool,
    pub include_topics: Vec<TopicId>,
    /// Whoever is subscribed to one of these is left out.
    pub exclude_topics: Vec<TopicId>,
    /// Only people with these languages; those whose language is not known count as the campaign's default
    /// language. Empty: all.
    pub languages: Vec<Language>,
}

impl Audience {
    /// Nobody has been chosen yet.
    #[must_use]
    pub fn is_unset(&self) -> bool {
        !self.everyone && self.include_topics.is_empty()
    }
}

/// A version of a shared template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct TemplateRef {
    pub id: TemplateId,
    pub version: i32,
}

/// What is said, in every language of the campaign.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct CampaignContent {
    pub template: Option<TemplateRef>,
    /// For people whose language has no version of its own.
    pub default_language: Language,
    pub languages: BTreeMap<Language, LanguageContent>,
}

/// The message in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct LanguageContent {
    pub subject: String,
    /// The line that mail clients show after the subject.
    pub preheader: String,
    /// By the slot's key.
    pub slots: BTreeMap<String, SlotValue>,
    /// A text part written by hand; none: made from the HTML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// When it goes out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Schedule {
    /// As soon as it is approved.
    #[default]
    Now,
    At {
        #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
        #[serde(with = "crate::time")]
        at: Timestamp,
        /// IANA name of the zone in which the author chose the time, for showing it again.
        time_zone: String,
    },
}

/// From whom, as sealed: later changes of the profile do not change what was approved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Sender {
    pub profile_id: SenderProfileId,
    pub from_name: String,
    pub from_address: String,
    pub reply_to: Option<String>,
}

/// What a new campaign starts from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct NewCampaign {
    pub name: String,
    #[serde(default)]
    pub classification: Option<Classification>,
    /// The newest version of this template is taken.
    #[serde(default)]
    pub template_id: Option<TemplateId>,
}

/// Changes of a draft: what is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct CampaignUpdate {
    /// [`CampaignDetail::edit_version`] the change is based on; another one now is an edit conflict.
    pub edit_version: i32,
    pub name: Option<String>,
    pub classification: Option<Classification>,
    pub audience: Option<Audience>,
    pub content: Option<CampaignContent>,
    pub sender_profile_id: Option<SenderProfileId>,
    pub schedule: Option<Schedule>,
    /// Messages an hour; 0 takes the limit away.
    pub throttle_per_hour: Option<i32>,
}

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct CampaignRow {
    pub id: CampaignId,
    pub name: String,
    pub classification: Classification,
    pub state: CampaignState,
    /// Subject in the default language; empty while there is none.
    pub subject: String,
    pub author: String,
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub updated_at: Timestamp,
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub scheduled_for: Option<Timestamp>,
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub started_at: Option<Timestamp>,
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub archived_at: Option<Timestamp>,
    /// People in the ledger; 0 before sending.
    pub audience: i64,
    pub sent: i64,
}

/// A campaign whole, as its editor and page need it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct CampaignDetail {
    pub id: CampaignId,
    pub unit_id: UnitId,
    pub name: String,
    pub classification: Classification,
    pub state: CampaignState,
    pub audience: Audience,
    pub content: CampaignContent,
    pub sender_profile_id: Option<SenderProfileId>,
    pub schedule: Schedule,
    pub throttle_per_hour: Option<i32>,
    /// Rises with every change; give it back with the next one.
    pub edit_version: i32,
    pub author: String,
    /// Who changed it last, and when.
    pub editor: String,
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub created_at: Timestamp,
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub updated_at: Timestamp,
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub submitted_at: Option<Timestamp>,
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub scheduled_for: Option<Timestamp>,
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub started_at: Option<Timestamp>,
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub finished_at: Option<Timestamp>,
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub archived_at: Option<Timestamp>,
    /// What was submitted last.
    pub revision: Option<RevisionSummary>,
    /// The last review, whatever became of it.
    pub review: Option<ReviewSummary>,
    pub dispatch_id: Option<DispatchId>,
}

/// A frozen revision in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct RevisionSummary {
    pub id: RevisionId,
    pub number: i32,
    /// SHA-256 in hexadecimal.
    pub seal: String,
    pub audience_count: i64,
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub submitted_at: Timestamp,
    pub submitted_by: String,
}

/// A review in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ReviewSummary {
    pub id: ReviewId,
    pub state: crate::approvals::ReviewState,
    /// What the author wrote to the approvers.
    pub note: String,
    pub requested_by: String,
    pub decided_by: Option<String>,
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub decided_at: Option<Timestamp>,
    pub comment: String,
}

/// How many get it, and how many fall away by which rule: the same functions as the sending.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct AudienceCounts {
    /// All that the audience names.
    pub total: i64,
    /// Those who get the message.
    pub recipients: i64,
    /// By rule (`unsubscribed_all`, `not_subscribed`, `suppression_list`, `no_address`, `hard_bounce`, `excluded`, …),
    /// most first.
    pub held_back: Vec<HeldBack>,
    /// Recipients by the language of the version they get.
    pub languages: BTreeMap<Language, i64>,
}

/// How many one rule holds back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct HeldBack {
    pub rule: String,
    pub people: i64,
}

text_enum! {
    /// A check of the review step that knows the audience and the sender; what the renderer finds comes beside it.
    CheckCode {
        NoAudience = "no_audience",
        /// Nobody in the audience may get it.
        EmptyAudience = "empty_audience",
        NoTemplate = "no_template",
        /// Parameter `name`: not there, or not for this unit.
        TemplateGone = "template_gone",
        NoSender = "no_sender",
        /// Parameter `domain`: not one of the unit's domains.
        SenderDomain = "sender_domain",
        InThePast = "in_the_past",
        /// Parameter `name` (the variable), with the number of people who lack it.
        MissingVariable = "missing_variable",
        /// A marketing message that is called needs a topic that people can leave.
        NoTopic = "no_topic",
        /// Parameter `name` (the variable): neither a parameter with a value in every call nor known of everybody.
        Undeclared = "undeclared",
        /// Parameter `language`: that many people read it, and get the default language.
        NoVersion = "no_version",
    }
}

text_enum! {
    /// Whether a check stands in the way.
    CheckLevel { Error = "error", Warning = "warning" }
}

/// One result of the checks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Check {
    pub level: CheckLevel,
    pub code: CheckCode,
    pub people: Option<i64>,
    #[serde(default)]
    pub params: BTreeMap<String, String>,
}

/// How far the sending is; asked for again and again while it runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct CampaignProgress {
    pub state: CampaignState,
    /// The audience is still being written into the ledger.
    pub expanding: bool,
    /// Why it stands still: `seal_broken`, `relay_unreachable`, …
    pub stopped_reason: Option<String>,
    pub audience: i64,
    pub sent: i64,
    pub failed: i64,
    pub suppressed: i64,
    pub cancelled: i64,
    pub ambiguous: i64,
    /// Waiting for another try after a temporary refusal.
    pub deferred: i64,
    /// At most so many messages an hour, as it is now; none: as fast as the relays take them.
    #[serde(default)]
    pub throttle_per_hour: Option<i32>,
    /// Outcomes a second, on average since the start; the console refines it from one answer to the next.
    pub per_second: f64,
    pub seconds_left: Option<i64>,
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub started_at: Option<Timestamp>,
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub finished_at: Option<Timestamp>,
}

impl CampaignProgress {
    /// Deliveries with a final outcome.
    #[must_use]
    pub fn done(&self) -> i64 {
        self.sent + self.failed + self.suppressed + self.cancelled + self.ambiguous
    }
}

/// One line of the ledger, for the campaign's page and its CSV.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct LedgerRow {
    pub seq: i64,
    pub contact_id: ContactId,
    pub address: String,
    pub first_name: String,
    pub last_name: String,
    pub language: String,
    /// `sent`, `failed`, `suppressed`, `cancelled`, `ambiguous`; none: not yet.
    pub outcome: Option<String>,
    /// Which rule held it back or which reply ended it.
    pub rule: String,
    pub reply_code: Option<i16>,
    pub reply: String,
    pub attempts: i16,
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub at: Option<Timestamp>,
}
