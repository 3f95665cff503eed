//! People, as one unit sees them.

use crate::text_enum::text_enum;
use crate::{ContactId, IdentityId, Language};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A unit's own facts about a person, by name.
pub type Attributes = BTreeMap<String, serde_json::Value>;

text_enum! {
    /// What identifies a person.
    IdentityKind {
        Email = "email",
        Phone = "phone",
        StudentNumber = "student_number",
        CrmId = "crm_id",
    }
}

text_enum! {
    /// Whether marketing can reach a person, and if not, the first reason why.
    ContactStatus {
        Reachable = "reachable",
        /// Has no e-mail address.
        NoAddress = "no_address",
        /// Mail to the address does not arrive.
        Bounced = "bounced",
        /// Said no to all marketing.
        Unsubscribed = "unsubscribed",
        /// Reported a message as spam.
        Complained = "complained",
        /// Processing is restricted.
        Restricted = "restricted",
        Erased = "erased",
    }
}

/// One line of the people list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ContactSummary {
    pub id: ContactId,
    /// The primary address; empty where there is none.
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub language: Option<Language>,
    /// The unit's own key for the person.
    pub key: Option<String>,
    pub status: ContactStatus,
    /// Topics of the unit the person is subscribed to.
    pub topics: i64,
    /// Since when the unit has the person.
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub created_at: Timestamp,
}

/// One e-mail address, phone number or number of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Identity {
    pub id: IdentityId,
    pub kind: IdentityKind,
    pub value: String,
    /// The one of its kind that messages go to.
    pub is_primary: bool,
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub bounced_at: Option<Timestamp>,
}

/// A person, as far as the unit may see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Contact {
    pub id: ContactId,
    pub first_name: String,
    pub last_name: String,
    pub language: Option<Language>,
    /// IANA name.
    pub time_zone: Option<String>,
    pub key: Option<String>,
    #[cfg_attr(feature = "utoipa", schema(value_type = Object))]
    pub attributes: Attributes,
    pub identities: Vec<Identity>,
    pub status: ContactStatus,
    /// `console`, `import`, `api`, `seed`
    pub source: String,
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub unsubscribed_all_at: Option<Timestamp>,
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub complained_at: Option<Timestamp>,
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub created_at: Timestamp,
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub updated_at: Timestamp,
}

impl Contact {
    /// The address messages go to.
    #[must_use]
    pub fn email(&self) -> &str {
        self.primary(IdentityKind::Email)
    }

    /// The number text messages go to.
    #[must_use]
    pub fn phone(&self) -> &str {
        self.primary(IdentityKind::Phone)
    }

    fn primary(&self, kind: IdentityKind) -> &str {
        self.identities
            .iter()
            .find(|identity| identity.kind == kind && identity.is_primary)
            .map_or("", |identity| &identity.value)
    }
}

/// What is filled in to add a person or to change one. Texts are trimmed; empty means none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ContactInput {
    pub email: String,
    pub phone: String,
    pub key: String,
    pub first_name: String,
    pub last_name: String,
    pub language: Option<Language>,
    pub time_zone: String,
    #[cfg_attr(feature = "utoipa", schema(value_type = Object))]
    pub attributes: Attributes,
}

/// A message of the unit to the person, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ContactMessage {
    pub dispatch_id: crate::DispatchId,
    pub seq: i64,
    pub campaign_id: Option<crate::CampaignId>,
    /// Of a triggered message, which is of no campaign.
    #[serde(default)]
    pub message_id: Option<crate::MessageId>,
    pub name: String,
    /// None: still to be sent.
    pub outcome: Option<String>,
    /// Which rule held it back, or which reply ended it.
    pub rule: String,
    pub opened: bool,
    pub clicked: bool,
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub at: Option<Timestamp>,
}
