//! Triggered messages: what is sent by key, the calls that ask for it, and what became of each.

use crate::campaigns::{CampaignContent, CampaignState};
use crate::content::Classification;
use crate::text_enum::text_enum;
use crate::{CampaignId, MessageId, RevisionId, SenderProfileId, TemplateId, TopicId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

text_enum! {
    /// What a parameter of a message definition may be.
    ParameterKind {
        Text = "text",
        Number = "number",
        Boolean = "boolean",
        /// `2026-11-22`.
        Date = "date",
        /// RFC 3339.
        DateTime = "date_time",
        /// For loops in the template.
        List = "list",
        Object = "object",
    }
}

/// One value that callers give with a message; templates name it `attributes.<name>`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// Letters, digits and `_`, not beginning with a digit.
    pub name: String,
    pub kind: ParameterKind,
    /// Calls without it are refused.
    #[serde(default)]
    pub required: bool,
    /// Where a call leaves it out; of the same kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// For previews and tests, and for those who write the calls; of the same kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<Value>,
    /// For those who write the calls.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
}

text_enum! {
    /// By which way a message reaches people.
    Channel {
        Email = "email",
    }
}

#[expect(
    clippy::derivable_impls,
    reason = "the macro that makes the enum derives none"
)]
impl Default for Channel {
    fn default() -> Self {
        Self::Email
    }
}

/// Another sender where an attribute says so. The first rule that fits counts; where none does, the definition's own sender.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SenderRule {
    /// Of the call, else of the person: `faculty`.
    pub attribute: String,
    /// Fits where the attribute, written as text, is one of these.
    pub is: Vec<String>,
    pub sender_profile_id: SenderProfileId,
}

/// When messages that may wait do not go. What is accepted then goes at the end of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// `21:00`, on the clock of that zone.
    pub from: String,
    /// `08:00`: on the next day where it is before `from`. The same as `from`: no quiet hours.
    pub until: String,
    /// IANA name: `Europe/Warsaw`.
    pub time_zone: String,
}

/// What a new message definition starts from. Content, sender and topic are those of the draft with the same id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewDefinition {
    /// By which calls name it: up to 100 printable ASCII characters, blanks inside, none of `/ \ ? # %`; for ever.
    pub key: String,
    pub name: String,
    /// `transactional` where it is absent.
    #[serde(default)]
    pub classification: Option<Classification>,
    /// The newest version of this template is taken.
    #[serde(default)]
    pub template_id: Option<TemplateId>,
    #[serde(default)]
    pub parameters: Vec<Parameter>,
    /// `email` where it is absent.
    #[serde(default)]
    pub channel: Channel,
}

/// Changes of a definition's draft: what is absent stays as it is. All of it is sealed when it is submitted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct DefinitionUpdate {
    /// [`Definition::edit_version`] the change is based on; another one now is an edit conflict.
    pub edit_version: i32,
    pub name: Option<String>,
    pub classification: Option<Classification>,
    pub content: Option<CampaignContent>,
    pub sender_profile_id: Option<SenderProfileId>,
    /// Marketing needs one, so that people can leave it.
    pub topics: Option<Vec<TopicId>>,
    pub parameters: Option<Vec<Parameter>>,
    /// Up to 50.
    pub senders: Option<Vec<SenderRule>>,
    pub quiet_hours: Option<QuietHours>,
}

/// A message definition with its draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct DefinitionDetail {
    #[serde(flatten)]
    pub definition: Definition,
    pub content: CampaignContent,
    pub sender_profile_id: Option<SenderProfileId>,
    pub topics: Vec<TopicId>,
    pub senders: Vec<SenderRule>,
    pub quiet_hours: Option<QuietHours>,
}

/// A message definition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Definition {
    /// Also that of its draft.
    pub id: CampaignId,
    pub key: String,
    pub name: String,
    pub classification: Classification,
    pub channel: Channel,
    /// Where the draft stands; what is sent meanwhile is `live`.
    pub state: CampaignState,
    pub parameters: Vec<Parameter>,
    /// Rises with every change of the draft.
    pub edit_version: i32,
    /// Calls are taken; without a live version they are refused all the same.
    pub is_active: bool,
    pub live: Option<LiveVersion>,
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub updated_at: Timestamp,
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub archived_at: Option<Timestamp>,
}

/// What is sent now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct LiveVersion {
    pub revision_id: RevisionId,
    /// Counts from 1.
    pub number: i32,
    /// What calls give to this version.
    pub parameters: Vec<Parameter>,
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub since: Timestamp,
}

/// To whom. Where both are given the address decides: whoever has it gets the message, and is new to the unit or known by that.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct To {
    /// The unit's own key for the person.
    pub contact_key: String,
    pub email: String,
    pub phone: String,
    /// Shared facts, only where they are not known yet.
    pub first_name: String,
    pub last_name: String,
    pub language: Option<crate::Language>,
}

/// A file that goes with a message: PDF, pictures, calendar entries, office documents, text. Up to 10 of them, 7 MB together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// With an ending that fits its content: `ticket.pdf`.
    pub name: String,
    /// Base64 (RFC 4648, section 4).
    pub content: String,
}

/// One message that is asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Asked {
    pub to: To,
    /// By the definition's parameters.
    #[cfg_attr(feature = "utoipa", schema(value_type = Object))]
    pub attributes: Map<String, Value>,
    /// The caller's own name for this message: the same key again is the same message. Absent: its id.
    pub key: Option<String>,
    /// Not before; it can be cancelled until then.
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(with = "crate::time::option")]
    pub send_at: Option<Timestamp>,
    /// Not after: whoever has not got it by then does not get it.
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(with = "crate::time::option")]
    pub expires_at: Option<Timestamp>,
    /// Comes back with the status and with every event; up to 4 KB.
    #[cfg_attr(feature = "utoipa", schema(value_type = Object))]
    pub metadata: Map<String, Value>,
    // What follows is left out of the JSON where it says nothing: a call's hash must not change with a new version of Campanile.
    /// Where answers go, when not to the sender's own address for them.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reply_to: String,
    /// Who gets the same message too, for everybody to see. With `bcc` up to 10; not for marketing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cc: Vec<String>,
    /// Who gets the same message too, unseen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bcc: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// Everything but the hand-over: checked, accepted, evaluated, and ended by the rule `test_mode`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub test: bool,
}

/// A message that was accepted: it is in the database and on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct AcceptedMessage {
    pub id: MessageId,
    pub key: String,
}

text_enum! {
    /// Where a message stands.
    MessageState {
        /// Waits for its time.
        Scheduled = "scheduled",
        /// On its way, or waiting for a limit.
        Queued = "queued",
        /// Refused for now, and tried again.
        Retrying = "retrying",
        /// The relay took it.
        Sent = "sent",
        Failed = "failed",
        /// A rule held it back.
        Suppressed = "suppressed",
        Cancelled = "cancelled",
        /// Nobody can know whether it went.
        Ambiguous = "ambiguous",
    }
}

/// One rule as it was when the message was accepted (law 8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct RuleEvaluated {
    pub rule: String,
    /// It was so.
    pub met: bool,
    /// It holds this kind of message back.
    pub counts: bool,
}

/// What happened to a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct MessageEvent {
    /// `accepted`, `deferred`, `sent`, `failed`, `suppressed`, `cancelled`, `ambiguous`, `opened`, `clicked`, `bounced`, …
    pub kind: String,
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub at: Timestamp,
    /// Of a click: which link. Of an end: the relay's reply.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// Of opens and clicks: `human` or `machine`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<String>,
}

/// A message in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct MessageRow {
    pub id: MessageId,
    pub key: String,
    /// The definition's key.
    pub definition: String,
    /// Which version of it.
    pub version: i32,
    pub address: String,
    /// The unit's key for the person.
    pub contact_key: Option<String>,
    pub state: MessageState,
    /// Which rule held it back or which reply ended it.
    pub rule: String,
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub created_at: Timestamp,
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub send_at: Option<Timestamp>,
    /// Not before, by `send_at` and quiet hours.
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub due_at: Option<Timestamp>,
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub expires_at: Option<Timestamp>,
    /// As it was given.
    #[cfg_attr(feature = "utoipa", schema(value_type = Object))]
    pub metadata: Value,
}

/// A file that went with a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct AttachedFile {
    pub name: String,
    pub content_type: String,
    /// Bytes.
    pub size: i64,
}

/// What a message would be, and whether it would go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct MessagePreview {
    /// The definition's version; 0: the draft.
    pub version: i32,
    pub from_name: String,
    pub from_address: String,
    /// Empty: answers go to the sender.
    pub reply_to: String,
    pub language: crate::Language,
    pub subject: String,
    pub html: String,
    pub text: String,
    /// Which rule would hold it back; empty: it would go.
    pub rule: String,
    /// Of a person the unit knows: every rule there is.
    pub rules: Vec<RuleEvaluated>,
}

/// A message whole: its state, its end, everything that happened to it, and every rule that was looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct MessageDetail {
    #[serde(flatten)]
    pub message: MessageRow,
    pub reply_code: Option<i16>,
    pub reply: String,
    pub attempts: i16,
    /// Empty: the sender's own.
    pub reply_to: String,
    pub cc: Vec<String>,
    pub bcc: Vec<String>,
    /// Of `cc` and `bcc`: who takes no mail, and got none.
    pub left_out: Vec<String>,
    pub attachments: Vec<AttachedFile>,
    /// It was asked for in test mode.
    pub test: bool,
    pub rules: Vec<RuleEvaluated>,
    pub events: Vec<MessageEvent>,
}

/// Which messages a list shows; what is absent does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MessageFilter {
    /// A whole address.
    pub address: String,
    /// The caller's key.
    pub key: String,
    /// The definition's key.
    pub definition: String,
    #[serde(with = "crate::time::option")]
    pub from: Option<Timestamp>,
    #[serde(with = "crate::time::option")]
    pub to: Option<Timestamp>,
}
