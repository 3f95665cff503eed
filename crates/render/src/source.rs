//! Everything that decides what a message says, as it is sealed in a revision.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use types::Language;
use types::content::{Classification, Slot, SlotKind, SlotValue};

/// Bytes of one text an author may write; a template of 200 KB is already twice what mail clients show.
pub const MAX_SOURCE_BYTES: usize = 200 * 1024;
/// Bytes of a rendered part for one person, above which rendering stops.
pub const MAX_OUTPUT_BYTES: usize = 1024 * 1024;
/// Bytes of a rendered subject, sender name or preheader.
pub const MAX_HEADER_BYTES: usize = 900;
/// Gmail clips what is larger (bytes of the HTML part).
pub const CLIPPED_BYTES: usize = 102 * 1024;

/// A message as approved: serialised into the sealed revision, compiled once for sending.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    pub template: TemplateSource,
    pub classification: Classification,
    /// Used for people whose language has no version of its own; must be one of `languages`.
    pub default_language: Language,
    pub languages: BTreeMap<Language, Content>,
    pub unit: UnitInfo,
    /// Public address of the installation without a trailing slash: images are under it.
    pub base_url: String,
    /// Keys of the unit's attributes; others are undefined variables. None: any key is taken as known.
    #[serde(default)]
    pub attributes: Option<Vec<String>>,
}

/// The shared template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateSource {
    pub mjml: String,
    #[serde(default)]
    pub slots: Vec<Slot>,
}

/// The message in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    pub subject: String,
    #[serde(default)]
    pub preheader: String,
    pub from_name: String,
    #[serde(default)]
    pub slots: BTreeMap<String, SlotValue>,
    /// Authored text part; none: made from the HTML.
    #[serde(default)]
    pub text: Option<String>,
    pub footer: FooterWords,
}

/// The words of the footer in the message's language, from the catalogue (namespace `mail`); sealed with the message,
/// so that a later version of Campanile does not change what was approved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FooterWords {
    /// Why the person gets this.
    pub reason: String,
    pub unsubscribe: String,
    pub preferences: String,
    pub view: String,
}

/// The sending unit, as variables `unit.…` and in the footer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitInfo {
    pub name: String,
    /// Postal address; lines are kept.
    #[serde(default)]
    pub address: String,
    #[serde(default)]
    pub website: String,
}

impl Source {
    /// The message as far as it is written, for a preview: where a required slot is empty, its label (in the reader's
    /// language) stands in its place. Never for sending.
    #[must_use]
    pub fn unfinished(&self, reader: Language) -> Self {
        let mut source = self.clone();
        for slot in &mut source.template.slots {
            if !slot.required || slot.locked {
                continue;
            }
            slot.required = false;
            let label = slot.label(reader).to_owned();
            let stand_in = match slot.kind {
                SlotKind::Text => SlotValue::Text { text: label },
                // Labels are plain words; what could be markup in them is taken out.
                SlotKind::RichText => SlotValue::RichText {
                    html: format!("<p>{}</p>", label.replace(['<', '>', '&', '{', '}'], " ")),
                },
                SlotKind::Link => SlotValue::Link {
                    label,
                    address: "https://example.org/".to_owned(),
                },
                // There is no picture of a missing picture: its place stays empty.
                SlotKind::Image => continue,
            };
            for (language, content) in &mut source.languages {
                let written = content
                    .slots
                    .get(&slot.key)
                    .or_else(|| slot.default.get(language))
                    .or_else(|| slot.default.get(&source.default_language));
                if written.is_none_or(SlotValue::is_empty) {
                    content.slots.insert(slot.key.clone(), stand_in.clone());
                }
            }
        }
        source
    }

    /// Which version a person with this language gets.
    #[must_use]
    pub fn language_for(&self, wanted: Option<Language>) -> Language {
        wanted
            .filter(|it| self.languages.contains_key(it))
            .unwrap_or(self.default_language)
    }
}
