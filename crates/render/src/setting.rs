//! What surrounds an author's words: the unit, the footer's texts, the installation's address. The server gives it to the
//! browser once, and both make the same [`Source`] of it, so that the preview is the message (law 9).

use crate::source::{Content, FooterWords, Source, TemplateSource, UnitInfo};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use types::Language;
use types::content::{Classification, SlotValue};

/// Everything in a [`Source`] that authors do not write themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    pub unit: UnitInfo,
    pub base_url: String,
    /// The unit's own language.
    pub default_language: Language,
    pub footers: BTreeMap<Language, FooterTexts>,
    /// Attribute keys in use in the unit, for suggestions; a key beyond them is still allowed.
    #[serde(default)]
    pub attributes: Vec<String>,
}

/// The footer's words in one language, for every classification.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FooterTexts {
    pub marketing: String,
    pub operational: String,
    pub transactional: String,
    pub unsubscribe: String,
    pub preferences: String,
    pub view: String,
}

impl FooterTexts {
    #[must_use]
    pub fn words(&self, classification: Classification) -> FooterWords {
        let reason = match classification {
            Classification::Marketing => &self.marketing,
            Classification::Operational => &self.operational,
            Classification::Transactional => &self.transactional,
        };
        FooterWords {
            reason: reason.clone(),
            unsubscribe: self.unsubscribe.clone(),
            preferences: self.preferences.clone(),
            view: self.view.clone(),
        }
    }
}

/// What an author writes in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    pub subject: String,
    #[serde(default)]
    pub preheader: String,
    #[serde(default)]
    pub slots: BTreeMap<String, SlotValue>,
    #[serde(default)]
    pub text: Option<String>,
}

/// A message before it is put into its setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    pub template: TemplateSource,
    pub classification: Classification,
    pub default_language: Language,
    pub from_name: String,
    pub languages: BTreeMap<Language, Words>,
}

impl Setting {
    /// The whole source of a draft.
    #[must_use]
    pub fn source(&self, draft: Draft) -> Source {
        let Draft {
            template,
            classification,
            default_language,
            from_name,
            languages,
        } = draft;
        let footer = |language: &Language| {
            self.footers
                .get(language)
                .map(|it| it.words(classification))
                .unwrap_or_default()
        };
        let languages = languages
            .into_iter()
            .map(|(language, words)| {
                let content = Content {
                    footer: footer(&language),
                    subject: words.subject,
                    preheader: words.preheader,
                    from_name: from_name.clone(),
                    slots: words.slots,
                    text: words.text,
                };
                (language, content)
            })
            .collect();
        Source {
            template,
            classification,
            default_language,
            languages,
            unit: self.unit.clone(),
            base_url: self.base_url.clone(),
            attributes: None,
        }
    }
}
