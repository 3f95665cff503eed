//! Errors in the reader's words.

use i18n::Locale;
use types::{ApiError, FieldError};

/// What an error says to the reader.
#[must_use]
pub fn error_text(locale: Locale, error: &ApiError) -> String {
    i18n::error_text(locale, error.code.as_str(), &error.params)
}

/// What the error of one field says to the reader.
#[must_use]
pub fn field_error_text(locale: Locale, error: &FieldError) -> String {
    i18n::error_text(locale, error.code.as_str(), &error.params)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use types::Code;

    #[test]
    fn every_code_has_words_in_every_language() {
        for code in Code::ALL {
            for locale in [Locale::en, Locale::pl, Locale::de, Locale::fr] {
                assert!(
                    i18n::known_error(locale, code.as_str(), &BTreeMap::new()).is_some(),
                    "no words for `{}` in {locale}",
                    code.as_str()
                );
            }
        }
    }

    #[test]
    fn parameters_are_filled_in() {
        let error = FieldError::new("name", Code::TooLong).with("max", 80);
        assert_eq!(field_error_text(Locale::pl, &error), "Najwyżej 80 znaków.");
        let error = ApiError::new(Code::Throttled).with("seconds", 30);
        assert_eq!(
            error_text(Locale::en, &error),
            "Too many attempts. Try again in 30 seconds."
        );
    }
}
