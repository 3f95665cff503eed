//! What can be enqueued. Stored as JSON: fields may be added with a default, never renamed.

use serde::{Deserialize, Serialize};
use types::{ImportId, Language, UnitId};

/// A piece of background work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Job {
    /// A notice to a member of staff, written from the mail templates in their language.
    SystemMail(SystemMail),
    /// A message that was rendered already: the test send of a campaign.
    PreparedMail(PreparedMail),
    /// Reads an uploaded file into contacts or suppressions.
    Import {
        /// Which upload.
        import: ImportId,
    },
}

impl Job {
    /// As in `jobs.kind`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::SystemMail(_) => "system_mail",
            Self::PreparedMail(_) => "prepared_mail",
            Self::Import { .. } => "import",
        }
    }

    /// At most one unfinished job of a key.
    #[must_use]
    pub fn unique_key(&self) -> Option<String> {
        match self {
            Self::SystemMail(_) | Self::PreparedMail(_) => None,
            Self::Import { import } => Some(format!("import:{import}")),
        }
    }
}

/// A notice to one person of staff.
///
/// The payload may hold a link that signs in or resets; it is blanked when the mail has been handed over.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SystemMail {
    /// Address.
    pub to: String,
    /// Name of the person, for the greeting and the To field; may be empty.
    pub name: String,
    /// Language of the mail.
    pub language: Language,
    /// What it says.
    pub notice: Notice,
}

/// Names and links end up in logs if printed: they are not (law 10).
impl std::fmt::Debug for SystemMail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SystemMail({})", self.notice.name())
    }
}

/// What a system mail says. Links are whole addresses (`tx.public_url()` and a path).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub enum Notice {
    /// Somebody was invited to the staff console.
    Invitation {
        /// Who invites.
        inviter: String,
        /// Name of the unit.
        unit: String,
        /// `/invitation/{token}`.
        link: String,
        /// How long the link works.
        days: u32,
    },
    /// Somebody (perhaps they themselves) asked for a new password.
    PasswordReset {
        /// `/reset/{token}`.
        link: String,
        /// How long the link works.
        minutes: u32,
    },
    /// Their password was changed: said so that a theft is noticed.
    PasswordChanged {
        /// `/forgot`.
        link: String,
    },
    /// A campaign waits for their decision.
    ReviewRequested {
        /// Name of the campaign.
        campaign: String,
        /// Name of the unit.
        unit: String,
        /// Who submitted it.
        requested_by: String,
        /// How many people would get it; nothing that means anything for a message definition.
        recipients: i64,
        /// Of a message definition; none: a campaign.
        #[serde(default)]
        definition: Option<DefinitionNotice>,
        /// What the author wrote to the approvers; may be empty.
        message: String,
        /// The review in the console.
        link: String,
    },
    /// The campaign they submitted was decided on.
    ReviewDecided {
        /// Name of the campaign.
        campaign: String,
        /// Approved or rejected.
        approved: bool,
        /// Who decided.
        decided_by: String,
        /// Why; may be empty when approved.
        comment: String,
        /// It is a message definition.
        #[serde(default)]
        definition: bool,
        /// The campaign in the console.
        link: String,
    },
    /// Sending stopped by itself and somebody should look.
    SendingStopped {
        /// Name of the campaign.
        campaign: String,
        /// Code of the reason, as in `dispatches.stopped_reason`.
        reason: String,
        /// The campaign in the console.
        link: String,
    },
    /// An endpoint of webhooks was disabled by itself.
    WebhookDisabled {
        /// Scheme, host and port of the endpoint.
        host: String,
        /// Name of the unit.
        unit: String,
        /// `gone` or `failing`.
        reason: String,
        /// The endpoint in the console.
        link: String,
    },
}

/// What a mail says about a message definition: its key and the names of its parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefinitionNotice {
    /// By which calls name it.
    pub key: String,
    /// All, in their order.
    pub parameters: Vec<String>,
    /// Since the version approved last.
    pub added: Vec<String>,
    /// Of another kind, required, or with another default or description.
    pub changed: Vec<String>,
    /// Calls that still give them are refused.
    pub removed: Vec<String>,
}

impl Notice {
    /// For logs and metrics.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Invitation { .. } => "invitation",
            Self::PasswordReset { .. } => "password_reset",
            Self::PasswordChanged { .. } => "password_changed",
            Self::ReviewRequested { .. } => "review_requested",
            Self::ReviewDecided { .. } => "review_decided",
            Self::SendingStopped { .. } => "sending_stopped",
            Self::WebhookDisabled { .. } => "webhook_disabled",
        }
    }
}

/// A message that needs no more than an envelope.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreparedMail {
    /// The unit it is sent for.
    pub unit: UnitId,
    /// Display name of the sender.
    pub from_name: String,
    /// Address of the sender.
    pub from_address: String,
    /// Where answers go.
    #[serde(default)]
    pub reply_to: Option<String>,
    /// Display name of the recipient; may be empty.
    #[serde(default)]
    pub to_name: String,
    /// Address of the recipient.
    pub to_address: String,
    /// Language of the content.
    pub language: Language,
    /// Subject line.
    pub subject: String,
    /// Text part.
    pub text: String,
    /// HTML part.
    pub html: String,
}

impl std::fmt::Debug for PreparedMail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PreparedMail(unit {})", self.unit)
    }
}
