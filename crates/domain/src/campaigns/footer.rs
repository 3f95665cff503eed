//! The words of the footer, from the catalogue; they are sealed with the message.

use i18n::{Locale, td_string};
use render::FooterWords;
use types::Language;
use types::content::Classification;

/// The catalogue's name of a language.
#[must_use]
pub fn locale(language: Language) -> Locale {
    match language {
        Language::En => Locale::en,
        Language::Pl => Locale::pl,
        Language::De => Locale::de,
        Language::Fr => Locale::fr,
    }
}

/// The footer's words in one language for a message of this unit.
#[must_use]
pub fn words(language: Language, classification: Classification, unit: &str) -> FooterWords {
    let locale = locale(language);
    let reason = match classification {
        Classification::Marketing => {
            td_string!(locale, mail.footer_reason_marketing, unit = unit).to_string()
        }
        Classification::Operational => {
            td_string!(locale, mail.footer_reason_operational, unit = unit).to_string()
        }
        Classification::Transactional => {
            td_string!(locale, mail.footer_reason_transactional, unit = unit).to_string()
        }
    };
    FooterWords {
        reason,
        unsubscribe: td_string!(locale, mail.footer_unsubscribe).to_string(),
        preferences: td_string!(locale, mail.footer_preferences).to_string(),
        view: td_string!(locale, mail.footer_view).to_string(),
    }
}
