//! Errors in words. The protocol has no language to ask for; English is what its callers' developers read.

use i18n::{Locale, error_text};
use types::{ApiError, FieldError};

/// A refusal in one sentence, with the fields it is about.
pub fn error(error: &ApiError) -> String {
    let mut words = error_text(Locale::en, error.code.as_str(), &error.params);
    for (n, one) in error.fields.iter().enumerate() {
        words.push_str(if n == 0 { " " } else { "; " });
        words.push_str(&field(one));
    }
    words
}

/// One field that is not right.
pub fn field(field: &FieldError) -> String {
    let words = error_text(Locale::en, field.code.as_str(), &field.params);
    format!("{}: {words}", field.field)
}

/// The words of a domain's error; ours are logged by the conversion.
pub fn of(problem: domain::Error) -> String {
    error(&ApiError::from(problem))
}
