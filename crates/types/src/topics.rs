//! Topics, subscriptions and consent.

use crate::text_enum::text_enum;
use crate::{Language, TopicId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A text in several languages.
pub type Localised = BTreeMap<Language, String>;

/// The text in `language`, else in `fallback`, else in any language that has one.
#[must_use]
pub fn localised(text: &Localised, language: Language, fallback: Language) -> &str {
    [text.get(&language), text.get(&fallback)]
        .into_iter()
        .flatten()
        .chain(text.values())
        .find(|text| !text.is_empty())
        .map_or("", String::as_str)
}

text_enum! {
    /// Whether a contact gets a topic.
    SubscriptionStatus {
        Subscribed = "subscribed",
        Unsubscribed = "unsubscribed",
    }
}

text_enum! {
    /// How often a person wants to hear about a topic.
    Frequency {
        /// Every message.
        All = "all",
        /// At most one a week; the rest is kept for the digest.
        Weekly = "weekly",
        /// At most one a month; the rest is kept for the digest.
        Monthly = "monthly",
    }
}

text_enum! {
    /// What a consent record says happened.
    ConsentAct {
        Given = "given",
        Withdrawn = "withdrawn",
        /// Master unsubscribe: no marketing from anyone.
        WithdrawnAll = "withdrawn_all",
        RestoredAll = "restored_all",
        /// Only how often.
        Frequency = "frequency",
    }
}

text_enum! {
    /// Where consent was given or withdrawn.
    ConsentSource {
        Import = "import",
        Api = "api",
        Console = "console",
        PreferenceCentre = "preference_centre",
        OneClick = "one_click",
        UnsubscribePage = "unsubscribe_page",
        Complaint = "complaint",
        Seed = "seed",
    }
}

/// What subscribers choose, in their words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Topic {
    pub id: TopicId,
    /// Unique in the unit; used by files and the API.
    pub key: String,
    pub name: Localised,
    pub description: Localised,
    /// Shown in the preference centre.
    pub is_public: bool,
    pub position: i32,
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub created_at: Timestamp,
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub archived_at: Option<Timestamp>,
    /// How many are subscribed now.
    pub subscribed: i64,
    /// How many have left.
    pub unsubscribed: i64,
}

/// What is filled in to make or change a topic.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct TopicInput {
    /// Empty when making one: made from the name.
    #[serde(default)]
    pub key: String,
    /// The unit's default language must be there.
    pub name: Localised,
    #[serde(default)]
    pub description: Localised,
    #[serde(default)]
    pub is_public: bool,
    #[serde(default)]
    pub position: i32,
}

/// A topic and what one contact has to do with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct TopicChoice {
    pub topic_id: TopicId,
    pub name: Localised,
    pub description: Localised,
    /// None: was never asked.
    pub status: Option<SubscriptionStatus>,
    pub frequency: Frequency,
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub changed_at: Option<Timestamp>,
    pub source: String,
}

/// One line of the append-only consent log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ConsentRecord {
    pub seq: i64,
    /// None: all marketing.
    pub topic_id: Option<TopicId>,
    pub topic_name: Option<Localised>,
    pub act: ConsentAct,
    pub purpose: String,
    pub wording: String,
    pub wording_version: String,
    pub source: ConsentSource,
    /// The staff user, import or delivery behind it.
    pub reference_id: Option<Uuid>,
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub at: Timestamp,
}
