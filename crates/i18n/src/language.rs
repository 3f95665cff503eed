//! Languages as the domain names them, and the catalogues they are written in.

use crate::Locale;
use types::Language;

/// The catalogue of a language.
#[must_use]
pub fn locale_of(language: Language) -> Locale {
    match language {
        Language::En => Locale::en,
        Language::Pl => Locale::pl,
        Language::De => Locale::de,
        Language::Fr => Locale::fr,
    }
}

/// The language that a catalogue is in.
#[must_use]
pub fn language_of(locale: Locale) -> Language {
    match locale {
        Locale::en => Language::En,
        Locale::pl => Language::Pl,
        Locale::de => Language::De,
        Locale::fr => Language::Fr,
    }
}
