//! Templates, slots and what fills them; sender profiles and images.

use crate::Language;
use crate::text_enum::text_enum;
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
