//! What callers give: declared once, checked with every call.

use crate::error::Fields;
use jiff::Timestamp;
use jiff::civil::Date;
use render::{Compiled, Person};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use types::Code;
use types::messages::{Parameter, ParameterKind};

/// Most parameters of a definition.
const MOST: usize = 200;
/// Longest name, in characters.
const NAME_CHARS: usize = 60;
/// Longest text a call may give, in characters.
const TEXT_CHARS: usize = 20_000;
/// Longest list or object a call may give, in bytes of JSON.
const STRUCTURE_BYTES: usize = 64 << 10;

/// Whether a list of parameters is right.
pub(super) fn check(parameters: &[Parameter], fields: &mut Fields) {
    if parameters.len() > MOST {
        fields.add("parameters", Code::OutOfRange);
    }
    let mut seen = BTreeSet::new();
    for (n, parameter) in parameters.iter().enumerate() {
        let name = &parameter.name;
        if !is_name(name) {
            fields.add(&format!("parameters.{n}.name"), Code::BadFormat);
        } else if !seen.insert(name.as_str()) {
            fields.add(&format!("parameters.{n}.name"), Code::Taken);
        }
        fields.optional_text(
            &format!("parameters.{n}.description"),
            &parameter.description,
            500,
        );
        for (field, value) in [("default", &parameter.default), ("example", &parameter.example)] {
            if let Some(value) = value
                && let Err(code) = fits(parameter.kind, value)
            {
                fields.add(&format!("parameters.{n}.{field}"), code);
            }
        }
    }
}

/// As templates write it.
pub(super) fn is_name(text: &str) -> bool {
    let mut chars = text.bytes();
    text.len() <= NAME_CHARS
        && chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == b'_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == b'_')
}

/// Whether a value is of a kind.
fn fits(kind: ParameterKind, value: &Value) -> Result<(), Code> {
    let wrong = Err(Code::BadFormat);
    match (kind, value) {
        (ParameterKind::Text, Value::String(text)) => match text {
            text if text.contains('\0') => wrong,
            text if text.chars().count() > TEXT_CHARS => Err(Code::TooLong),
            _ => Ok(()),
        },
        (ParameterKind::Number, Value::Number(_)) | (ParameterKind::Boolean, Value::Bool(_)) => Ok(()),
        (ParameterKind::Date, Value::String(text)) if text.parse::<Date>().is_ok() => Ok(()),
        (ParameterKind::DateTime, Value::String(text)) if text.parse::<Timestamp>().is_ok() => Ok(()),
        (ParameterKind::List, Value::Array(_)) | (ParameterKind::Object, Value::Object(_)) => {
            let text = value.to_string();
            match text {
                text if text.contains("\\u0000") => wrong,
                text if text.len() > STRUCTURE_BYTES => Err(Code::TooLong),
                _ => Ok(()),
            }
        }
        _ => wrong,
    }
}

/// The values of a call, with defaults. What is not declared is refused: a misspelt name would be a hole in the message.
pub(super) fn values(
    parameters: &[Parameter],
    given: &Map<String, Value>,
    prefix: &str,
    fields: &mut Fields,
) -> Value {
    let known: BTreeMap<&str, &Parameter> = parameters.iter().map(|it| (it.name.as_str(), it)).collect();
    let mut values = Map::new();
    for (name, value) in given {
        let field = format!("{prefix}attributes.{name}");
        match known.get(name.as_str()) {
            None => {
                fields.add(&field, Code::UnknownReference);
            }
            Some(_) if value.is_null() => {}
            Some(parameter) => match fits(parameter.kind, value) {
                Ok(()) => {
                    values.insert(name.clone(), value.clone());
                }
                Err(code) => {
                    fields.add(&field, code);
                }
            },
        }
    }
    for parameter in parameters {
        if values.contains_key(&parameter.name) {
            continue;
        }
        match &parameter.default {
            Some(default) => {
                values.insert(parameter.name.clone(), default.clone());
            }
            None if parameter.required && given.get(&parameter.name).is_none_or(Value::is_null) => {
                fields.add(&format!("{prefix}attributes.{}", parameter.name), Code::Required);
            }
            None => {}
        }
    }
    Value::Object(values)
}

/// Somebody with a value for every parameter, for checks and previews.
pub(crate) fn sample(parameters: &[Parameter]) -> Person {
    let mut person = Person::made_up();
    person.attributes.extend(Parameter::samples(parameters));
    person
}

/// Variables without which the message cannot be written, and that a call may lack.
pub(crate) fn undeclared(compiled: &Compiled, parameters: &[Parameter]) -> Vec<String> {
    let always: BTreeSet<&str> = parameters
        .iter()
        .filter(|it| it.required || it.default.is_some())
        .map(|it| it.name.as_str())
        .collect();
    let names: BTreeSet<String> = compiled
        .variables()
        .iter()
        .filter(|it| !it.guarded)
        .filter_map(|it| it.path.strip_prefix("attributes."))
        .filter(|name| !always.contains(name.split('.').next().unwrap_or(name)))
        .map(|name| format!("attributes.{name}"))
        .collect();
    names.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parameter(name: &str, kind: ParameterKind) -> Parameter {
        Parameter {
            name: name.to_owned(),
            kind,
            required: true,
            default: None,
            example: None,
            description: String::new(),
        }
    }

    fn refused(parameters: &[Parameter], given: Value) -> Vec<(String, Code)> {
        let mut fields = Fields::new();
        let Value::Object(given) = given else {
            panic!("an object")
        };
        values(parameters, &given, "", &mut fields);
        match fields.finish() {
            Ok(()) => Vec::new(),
            Err(error) => error
                .to_api()
                .fields
                .iter()
                .map(|it| (it.field.clone(), it.code))
                .collect(),
        }
    }

    #[test]
    fn each_kind_takes_its_own_values() {
        use ParameterKind::*;
        let right = [
            (Text, json!("ą")),
            (Number, json!(1.5)),
            (Boolean, json!(false)),
            (Date, json!("2026-02-28")),
            (DateTime, json!("2026-02-28T10:00:00+01:00")),
            (List, json!([{"name": "Mug"}])),
            (Object, json!({"a": 1})),
        ];
        for (kind, value) in &right {
            for other in ParameterKind::ALL {
                let fine = other == kind
                    || (matches!(kind, Date | DateTime) && *other == Text)
                    || (*kind == DateTime && *other == Date);
                assert_eq!(fits(*other, value).is_ok(), fine, "{other} {value}");
            }
        }
        assert!(fits(Date, &json!("2026-02-30")).is_err() && fits(Text, &json!("a\0")).is_err());
    }

    #[test]
    fn what_is_missing_misspelt_or_of_another_kind_is_named() {
        let parameters = [parameter("order", ParameterKind::Number)];
        assert_eq!(refused(&parameters, json!({"order": 1})), []);
        assert_eq!(
            refused(&parameters, json!({"ordr": 1})),
            [
                ("attributes.ordr".to_owned(), Code::UnknownReference),
                ("attributes.order".to_owned(), Code::Required)
            ]
        );
        assert_eq!(
            refused(&parameters, json!({"order": "one"})),
            [("attributes.order".to_owned(), Code::BadFormat)]
        );
    }
}
