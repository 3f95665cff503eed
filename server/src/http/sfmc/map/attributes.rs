//! Attributes: their callers send texts under any names, and what a definition does not know is ignored. Ours are declared, with kinds.

use serde_json::{Map, Number, Value};
use types::messages::{Parameter, ParameterKind};

use super::time;

/// What a caller gave, as a definition's parameters. Names are compared without case, and signs that ours cannot have stand for `_`
/// (`Order-Number` is `order_number`); an exact name wins. Later layers win over earlier ones. A text becomes the parameter's kind where it
/// can be read as such; what cannot stays as it is, and is refused with the field's name. An empty text is no number, date or truth value.
pub fn values(parameters: &[Parameter], layers: &[&Map<String, Value>]) -> Map<String, Value> {
    let mut values = Map::new();
    for layer in layers {
        for parameter in parameters {
            let exact = layer.get(&parameter.name);
            let named = |name: &&String| folded(name) == folded(&parameter.name);
            let found = exact.or_else(|| layer.keys().rfind(named).and_then(|name| layer.get(name)));
            if let Some(value) = found {
                values.insert(parameter.name.clone(), of_kind(parameter.kind, value));
            }
        }
    }
    values
}

/// The value of a name that is no parameter but that Campanile has a place for.
pub fn text_of(layers: &[&Map<String, Value>], parameters: &[Parameter], name: &str) -> Option<String> {
    if parameters.iter().any(|it| folded(&it.name) == name) {
        return None;
    }
    let mut layers = layers.iter().rev();
    layers.find_map(|layer| {
        let (_, value) = layer.iter().find(|(it, _)| folded(it) == name)?;
        value.as_str().map(str::to_owned)
    })
}

/// A name without case and without signs.
fn folded(name: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '_'
        }
    };
    name.trim().chars().map(plain).collect()
}

fn of_kind(kind: ParameterKind, value: &Value) -> Value {
    let Value::String(text) = value else {
        return match (kind, value) {
            (_, Value::Null) => Value::Null,
            // Structures as their own callers write them: JSON in a text.
            (ParameterKind::Text, _) => Value::String(value.to_string()),
            _ => value.clone(),
        };
    };
    let text = text.trim();
    let read = match kind {
        ParameterKind::Text => None,
        _ if text.is_empty() => Some(Value::Null),
        ParameterKind::Number => number(text).map(Value::Number),
        ParameterKind::Boolean => truth(text).map(Value::Bool),
        ParameterKind::Date => time::date(text).map(|it| Value::String(it.to_string())),
        ParameterKind::DateTime => time::date_time(text).map(|it| Value::String(it.to_string())),
        ParameterKind::List => serde_json::from_str(text).ok().filter(Value::is_array),
        ParameterKind::Object => serde_json::from_str(text).ok().filter(Value::is_object),
    };
    read.unwrap_or_else(|| value.clone())
}

fn number(text: &str) -> Option<Number> {
    serde_json::from_str(text).ok()
}

fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "y" => Some(true),
        "false" | "0" | "no" | "n" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parameter(name: &str, kind: ParameterKind) -> Parameter {
        Parameter {
            name: name.to_owned(),
            kind,
            required: false,
            default: None,
            example: None,
            description: String::new(),
        }
    }

    fn map(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(map) => map,
            _ => Map::new(),
        }
    }

    #[test]
    fn texts_become_what_the_definition_wants() {
        use ParameterKind::*;
        let cases = [
            (Number, json!("12.50"), json!(12.5)),
            (Number, json!(" 7 "), json!(7)),
            (Number, json!("twelve"), json!("twelve")),
            (Number, json!(""), Value::Null),
            (Boolean, json!("True"), json!(true)),
            (Boolean, json!("maybe"), json!("maybe")),
            (Date, json!("11/22/2026"), json!("2026-11-22")),
            (
                DateTime,
                json!("2026-11-22T06:00:00"),
                json!("2026-11-22T12:00:00Z"),
            ),
            (List, json!("[{\"name\": \"Mug\"}]"), json!([{"name": "Mug"}])),
            (Object, json!("{\"a\": 1}"), json!({"a": 1})),
            (Text, json!(4), json!("4")),
            (Text, json!(" as it is "), json!(" as it is ")),
            (Text, json!({"a": 1}), json!("{\"a\":1}")),
        ];
        for (kind, given, wanted) in cases {
            assert_eq!(of_kind(kind, &given), wanted, "{kind} {given}");
        }
    }

    #[test]
    fn names_are_found_without_case_and_strangers_are_left_out() {
        let parameters = [
            parameter("order_number", ParameterKind::Text),
            parameter("total", ParameterKind::Number),
        ];
        let request = map(json!({"Total": "1", "Order-Number": "A"}));
        let recipient = map(json!({"TOTAL": "2", "Colour": "red", "total": "3", "First Name": "Ada"}));
        let layers = [&request, &recipient];
        assert_eq!(
            Value::Object(values(&parameters, &layers)),
            json!({"order_number": "A", "total": 3})
        );
        assert_eq!(
            text_of(&layers, &parameters, "first_name").as_deref(),
            Some("Ada")
        );
        assert_eq!(text_of(&layers, &parameters, "total"), None);
    }
}
