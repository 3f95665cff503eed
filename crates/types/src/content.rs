//! Templates, slots and what fills them; sender profiles and images.

use crate::text_enum::text_enum;
use crate::{ImageId, Language, SenderProfileId, TemplateId, UnitId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

text_enum! {
    /// Decides lane, consent rules, footer and headers of a message (product.md, "Who gets what").
    Classification {
        /// Everything that is neither owed nor necessary.
        Marketing = "marketing",
        /// The institution's necessary notices to its own people.
        Operational = "operational",
        /// An answer to what the person did or is owed.
        Transactional = "transactional",
    }
}

text_enum! {
    /// What a slot of a template takes.
    SlotKind {
        Text = "text",
        RichText = "richtext",
        Image = "image",
        Link = "link",
    }
}

/// A place in a template that an author fills. Written `{{ slots.key }}` in the template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Slot {
    /// `[a-z][a-z0-9_]{0,39}`
    pub key: String,
    pub kind: SlotKind,
    /// What authors see, by language code.
    #[serde(default)]
    pub label: BTreeMap<Language, String>,
    /// What stands there until an author writes something, and for ever in a locked slot; by language.
    #[serde(default)]
    pub default: BTreeMap<Language, SlotValue>,
    /// In characters, of text and rich text (without its markup) and of a link's label.
    #[serde(default)]
    pub max_length: Option<u32>,
    #[serde(default)]
    pub required: bool,
    /// Filled by the template alone.
    #[serde(default)]
    pub locked: bool,
}

impl Slot {
    /// The label in the reader's language, else in English, else any, else the key.
    #[must_use]
    pub fn label(&self, language: Language) -> &str {
        self.label
            .get(&language)
            .or_else(|| self.label.get(&Language::En))
            .or_else(|| self.label.values().next())
            .map_or(self.key.as_str(), String::as_str)
    }
}

/// What an author put into a slot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum SlotValue {
    Text {
        text: String,
    },
    RichText {
        html: String,
    },
    Image {
        /// `/media/…` of this installation, or an https address.
        address: String,
        #[serde(default)]
        alt: String,
        /// Pixels as displayed; none: as wide as the place allows.
        #[serde(default)]
        width: Option<u32>,
    },
    Link {
        label: String,
        address: String,
    },
}

impl SlotValue {
    #[must_use]
    pub fn kind(&self) -> SlotKind {
        match self {
            Self::Text { .. } => SlotKind::Text,
            Self::RichText { .. } => SlotKind::RichText,
            Self::Image { .. } => SlotKind::Image,
            Self::Link { .. } => SlotKind::Link,
        }
    }

    /// An empty value of a kind, for a form.
    #[must_use]
    pub fn empty(kind: SlotKind) -> Self {
        match kind {
            SlotKind::Text => Self::Text { text: String::new() },
            SlotKind::RichText => Self::RichText { html: String::new() },
            SlotKind::Image => Self::Image {
                address: String::new(),
                alt: String::new(),
                width: None,
            },
            SlotKind::Link => Self::Link {
                label: String::new(),
                address: String::new(),
            },
        }
    }

    /// Nothing that would be seen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Text { text } => text.trim().is_empty(),
            Self::RichText { html } => html.trim().is_empty(),
            Self::Image { address, .. } => address.trim().is_empty(),
            Self::Link { address, label } => address.trim().is_empty() || label.trim().is_empty(),
        }
    }
}

/// A template, as lists and galleries show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct TemplateRow {
    pub id: TemplateId,
    pub unit_id: UnitId,
    /// The unit that owns it: the reader's own or one above.
    pub unit_name: String,
    pub name: String,
    pub description: String,
    pub version: i32,
    pub mjml: String,
    pub slots: Vec<Slot>,
    /// Owned by the unit that asks, and so changeable there.
    pub own: bool,
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub updated_at: Timestamp,
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub archived_at: Option<Timestamp>,
}

/// One of a template's versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct TemplateVersion {
    pub version: i32,
    pub author: Option<String>,
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub created_at: Timestamp,
}

/// What is filled in to make or change a template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct TemplateInput {
    pub name: String,
    pub description: String,
    pub mjml: String,
    pub slots: Vec<Slot>,
    /// The version that the change is based on; ignored for a new template.
    pub version: i32,
}

/// Who a message is from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct SenderProfile {
    pub id: SenderProfileId,
    pub name: String,
    /// May have template tags.
    pub from_name: String,
    pub from_address: String,
    pub reply_to: Option<String>,
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub updated_at: Timestamp,
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub archived_at: Option<Timestamp>,
}

/// What is filled in to make or change a sender profile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct SenderProfileInput {
    pub name: String,
    pub from_name: String,
    pub from_address: String,
    /// Empty: answers go to the sender's address.
    pub reply_to: String,
}

/// An uploaded image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ImageRow {
    pub id: ImageId,
    pub file_name: String,
    /// `/media/…`, public and never changing.
    pub address: String,
    pub thumbnail: String,
    pub alt: String,
    pub media_type: String,
    pub width: i32,
    pub height: i32,
    pub byte_size: i64,
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub created_at: Timestamp,
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub archived_at: Option<Timestamp>,
}

/// A person of the unit, or of an audience, to look at a message as.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SamplePerson {
    pub id: crate::ContactId,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub language: Option<Language>,
    pub attributes: serde_json::Map<String, serde_json::Value>,
}
