//! The words of the footer, from the catalogue; they are sealed with the message.

use crate::content::footer_texts;
use render::FooterWords;
use types::Language;
use types::content::Classification;

/// The footer's words in one language for a message of this unit: those that the editor shows.
#[must_use]
pub fn words(language: Language, classification: Classification, unit: &str) -> FooterWords {
    let texts = footer_texts(language, unit);
    FooterWords {
        reason: match classification {
            Classification::Marketing => texts.marketing,
            Classification::Operational => texts.operational,
            Classification::Transactional => texts.transactional,
        },
        unsubscribe: texts.unsubscribe,
        preferences: texts.preferences,
        view: texts.view,
    }
}
