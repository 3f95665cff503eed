//! A subscriber of a triggered send as a message that is asked for.

use jiff::Timestamp;
use serde_json::{Map, Value};
use types::messages::{Asked, Parameter, ParameterKind, To};
use types::{Code, FieldError};

use super::super::node::Node;
use super::super::value;

/// Why one subscriber does not get a message: the vendor's code for it, and words.
#[derive(Debug, Clone)]
pub struct Failure {
    pub code: i32,
    pub words: String,
}

impl Failure {
    /// What the domain says is not right with one message, in the vendor's codes for subscribers.
    pub fn of(field: &FieldError) -> Self {
        let code = match (field.field.as_str(), field.code) {
            ("to.email", Code::Required) => 4,
            ("to.email", _) => 5,
            ("to.contact_key", _) => 7,
            (_, Code::Required) => 10,
            (_, Code::TooLong) => 17,
            (name, _) if name.starts_with("attributes.") => 16,
            _ => 15,
        };
        Self {
            code,
            words: super::super::words::field(field),
        }
    }
}

/// Reads a `Subscribers` element. Attributes that the definition does not declare are left out, as the vendor does; names know no case.
///
/// # Errors
/// What would end up in a header and must not.
pub fn asked(
    node: &Node,
    shared: &[(&str, &str)],
    parameters: &[Parameter],
    send_at: Option<Timestamp>,
) -> Result<Asked, Failure> {
    let key = node.text("SubscriberKey");
    // A key that is an address is how the vendor's callers say that they have none.
    let email = match node.text("EmailAddress") {
        "" if key.contains('@') => key,
        email => email,
    };
    let contact_key = if key.eq_ignore_ascii_case(email) { "" } else { key };
    let own = attributes(node);
    let given = |name: &str| {
        let fits = |(it, _): &&(&str, &str)| it.eq_ignore_ascii_case(name);
        let found = own.iter().rfind(fits).or_else(|| shared.iter().rfind(fits));
        found.map(|(_, value)| *value)
    };
    let mut attributes = Map::new();
    for parameter in parameters {
        if let Some(text) = given(&parameter.name) {
            attributes.insert(parameter.name.clone(), converted(parameter.kind, text));
        }
    }
    let named = |names: [&str; 3]| names.iter().find_map(|name| given(name)).unwrap_or_default();
    let (first_name, last_name) = (
        named(["First Name", "FirstName", "First_Name"]),
        named(["Last Name", "LastName", "Last_Name"]),
    );
    for (name, text) in [
        ("EmailAddress", email),
        ("SubscriberKey", contact_key),
        ("First Name", first_name),
        ("Last Name", last_name),
    ] {
        if text.contains(char::is_control) {
            return Err(Failure {
                code: if name == "EmailAddress" { 5 } else { 16 },
                words: format!("{name}: line breaks and control characters are not allowed."),
            });
        }
    }
    Ok(Asked {
        to: To {
            contact_key: contact_key.to_owned(),
            email: email.to_owned(),
            first_name: first_name.to_owned(),
            last_name: last_name.to_owned(),
            ..To::default()
        },
        attributes,
        send_at,
        ..Asked::default()
    })
}

/// Names and values of `Attributes`.
pub fn attributes(node: &Node) -> Vec<(&str, &str)> {
    node.all("Attributes")
        .map(|it| (it.text("Name"), it.text("Value")))
        .filter(|(name, _)| !name.is_empty())
        .collect()
}

/// A text as a value of the parameter's kind; one that is none stays a text, and is refused with the others.
fn converted(kind: ParameterKind, text: &str) -> Value {
    let as_text = || Value::String(text.to_owned());
    match kind {
        ParameterKind::Text => as_text(),
        // An empty value is none.
        _ if text.is_empty() => Value::Null,
        ParameterKind::Number => text
            .parse::<i64>()
            .map(Value::from)
            .or_else(|_| text.parse::<f64>().map(Value::from))
            .unwrap_or_else(|_| as_text()),
        ParameterKind::Boolean => match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "y" => Value::Bool(true),
            "false" | "0" | "no" | "n" => Value::Bool(false),
            _ => as_text(),
        },
        ParameterKind::Date => match value::time(text) {
            // The day as it was written, whatever the zone.
            Some(_) if text.get(..10).is_some_and(is_day) => Value::String(text[..10].to_owned()),
            Some(time) => Value::String(time.strftime("%Y-%m-%d").to_string()),
            None => as_text(),
        },
        ParameterKind::DateTime => {
            value::time(text).map_or_else(as_text, |time| Value::String(time.to_string()))
        }
        ParameterKind::List | ParameterKind::Object => {
            serde_json::from_str(text).unwrap_or_else(|_| as_text())
        }
    }
}

fn is_day(text: &str) -> bool {
    text.parse::<jiff::civil::Date>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn texts_become_what_the_definition_wants() {
        use ParameterKind::*;
        for (kind, text, value) in [
            (Text, "007", json!("007")),
            (Number, "7", json!(7)),
            (Number, "1.5", json!(1.5)),
            (Number, "seven", json!("seven")),
            (Boolean, "True", json!(true)),
            (Boolean, "0", json!(false)),
            (Boolean, "maybe", json!("maybe")),
            (Date, "2026-11-22T23:30:00-06:00", json!("2026-11-22")),
            (Date, "11/22/2026", json!("2026-11-22")),
            (DateTime, "2026-11-22T12:00:00", json!("2026-11-22T12:00:00Z")),
            (List, "[1, 2]", json!([1, 2])),
            (Object, "{\"a\": 1}", json!({"a": 1})),
            (Number, "", Value::Null),
        ] {
            assert_eq!(converted(kind, text), value, "{kind:?} {text}");
        }
    }
}
