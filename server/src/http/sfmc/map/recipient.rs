//! Whom they send to, as messages that are asked for; and what is wrong with one, in their codes.

use serde::Deserialize;
use serde_json::{Map, Value};
use types::messages::{Asked, Parameter, To};
use types::{Code, FieldError};

use super::attributes;
use super::word::Word;
use crate::http::sfmc::fault::{ErrorCode, field_in_words, of_field};

/// One of `recipients`, or `recipient`; fields in lower case.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Recipient {
    pub contactkey: Option<Word>,
    pub to: Option<String>,
    pub messagekey: Option<Word>,
    pub attributes: Option<Map<String, Value>>,
}

/// Why one recipient gets nothing.
#[derive(Clone, Debug)]
pub struct Wrong {
    pub code: i64,
    pub message: String,
}

impl Wrong {
    pub fn new(code: ErrorCode, text: impl AsRef<str>) -> Self {
        Self {
            code: code.0,
            message: code.says(text),
        }
    }
}

pub const DUPLICATE: ErrorCode = ErrorCode(109_110, "MCMS_UTM_Validation_DuplicateMessageKey");

const MISSING_CONTACT: ErrorCode =
    ErrorCode(109_105, "MCMS_UTM_Validation_MissingRequiredField_subscriberKey");
const MISSING_TO: ErrorCode = ErrorCode(109_106, "MCMS_UTM_Validation_MissingRequiredField_to");
const WRONG_TO: ErrorCode = ErrorCode(109_121, "MCMS_UTM_Validation_InvalidValue_to");
const WRONG_KEY: ErrorCode = ErrorCode(109_108, "MCMS_UTM_Validation_InvalidValue_messageKey");
const WRONG_CONTACT: ErrorCode = ErrorCode(109_109, "MCMS_UTM_Validation_InvalidValue_subscriberKey");

/// The message that is asked for. `common` are attributes of the whole call.
///
/// # Errors
/// Without a contact key, as there.
pub fn asked(
    recipient: Recipient,
    key: Option<String>,
    common: &Map<String, Value>,
    parameters: &[Parameter],
) -> Result<Asked, Wrong> {
    let contact_key = recipient.contactkey.and_then(Word::text);
    let contact_key = contact_key.ok_or_else(|| Wrong::new(MISSING_CONTACT, "contactKey is required"))?;
    let own = recipient.attributes.unwrap_or_default();
    let layers = [common, &own];
    let name = |spellings: [&str; 2]| {
        let mut found = spellings
            .iter()
            .filter_map(|it| attributes::text_of(&layers, parameters, it));
        found.next().unwrap_or_default()
    };
    Ok(Asked {
        to: To {
            contact_key,
            email: recipient.to.unwrap_or_default(),
            first_name: name(["firstname", "first_name"]),
            last_name: name(["lastname", "last_name"]),
            ..To::default()
        },
        attributes: attributes::values(parameters, &layers),
        key,
        ..Asked::default()
    })
}

/// What is wrong with a message that was asked for. The field is named as the caller named it.
pub fn wrong(field: &FieldError) -> Wrong {
    let code = match (field.field.as_str(), field.code) {
        ("to.email", Code::Required) => MISSING_TO,
        ("to.email", _) => WRONG_TO,
        ("to.contact_key", _) => WRONG_CONTACT,
        ("key", _) => WRONG_KEY,
        _ => of_field(field),
    };
    let mut named = field.clone();
    named.field = match field.field.as_str() {
        "to.email" => "to".to_owned(),
        "to.contact_key" => "contactKey".to_owned(),
        "key" => "messageKey".to_owned(),
        other => other.to_owned(),
    };
    Wrong::new(code, field_in_words(&named))
}
