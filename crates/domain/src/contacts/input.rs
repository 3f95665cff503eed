//! What was filled in about a person, checked and tidied.

use super::address::{AddressError, EmailAddress, parse_phone};
use crate::Result;
use crate::error::Fields;
use crate::imports::check::{ATTRIBUTE_CHARS, KEY_CHARS, NAME_CHARS, is_time_zone};
use crate::imports::mapping::attribute_name;
use serde_json::Value;
use types::contacts::{Attributes, ContactInput};
use types::{Code, Language};

/// Most attributes a person may have in a unit.
const ATTRIBUTES: usize = 200;

/// A checked [`ContactInput`].
#[derive(Debug, Clone)]
pub struct Checked {
    pub email: Option<EmailAddress>,
    /// As given, and normalised.
    pub phone: Option<(String, String)>,
    pub key: Option<String>,
    pub first_name: String,
    pub last_name: String,
    pub language: Option<Language>,
    pub time_zone: Option<String>,
    pub attributes: Attributes,
}

/// Checks everything at once, so that a form shows all its errors.
///
/// # Errors
/// Field errors `email`, `phone`, `key`, `first_name`, `last_name`, `time_zone`, `attributes.<name>`; `email` is required
/// where there is no key either.
pub fn check(input: &ContactInput) -> Result<Checked> {
    let mut fields = Fields::new();
    let email = match EmailAddress::parse(&input.email) {
        Ok(address) => Some(address),
        Err(AddressError::Empty) => {
            if input.key.trim().is_empty() {
                fields.add("email", Code::Required);
            }
            None
        }
        Err(_) => {
            fields.add("email", Code::BadEmail);
            None
        }
    };
    let phone = match input.phone.trim() {
        "" => None,
        text => {
            let phone = parse_phone(text);
            if phone.is_none() {
                fields.add("phone", Code::BadFormat);
            }
            phone
        }
    };
    let one_line = |fields: &mut Fields, field: &str, text: &str, most: usize| {
        let text = fields.optional_text(field, text, most);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let key = Some(one_line(&mut fields, "key", &input.key, KEY_CHARS)).filter(|key| !key.is_empty());
    let first_name = one_line(&mut fields, "first_name", &input.first_name, NAME_CHARS);
    let last_name = one_line(&mut fields, "last_name", &input.last_name, NAME_CHARS);
    let time_zone = Some(input.time_zone.trim().to_owned()).filter(|zone| !zone.is_empty());
    if time_zone.as_deref().is_some_and(|zone| !is_time_zone(zone)) {
        fields.add("time_zone", Code::BadFormat);
    }
    let attributes = attributes(&mut fields, &input.attributes);
    fields.finish()?;
    Ok(Checked {
        email,
        phone,
        key,
        first_name,
        last_name,
        language: input.language,
        time_zone,
        attributes,
    })
}

/// Names must be what templates can name; values are texts, numbers or yes and no.
fn attributes(fields: &mut Fields, given: &Attributes) -> Attributes {
    if given.len() > ATTRIBUTES {
        fields.add("attributes", Code::OutOfRange);
    }
    let mut kept = Attributes::new();
    for (name, value) in given {
        let field = format!("attributes.{name}");
        if name.is_empty() || attribute_name(name) != *name {
            fields.add(&field, Code::BadFormat);
            continue;
        }
        let value = match value {
            Value::String(text) => Value::String(fields.optional_text(&field, text, ATTRIBUTE_CHARS)),
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
            Value::Array(_) | Value::Object(_) => {
                fields.add(&field, Code::BadFormat);
                continue;
            }
        };
        if !value.is_null() && value != "" {
            kept.insert(name.clone(), value);
        }
    }
    kept
}
