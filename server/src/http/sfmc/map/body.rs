//! Bodies of calls. Their servers know no case in the names of fields, and clients write `OPTIONS` as well as `Options`.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::http::sfmc::fault::{ErrorCode, Fault};

/// Whose fields are the caller's own names.
const OWN_NAMES: &[&str] = &["attributes", "subscriberattributes"];

/// Reads a body whose type has its fields in lower case.
pub fn read<T: DeserializeOwned>(body: &Value) -> Result<T, Fault> {
    serde_json::from_value(folded(body.clone())).map_err(|error| {
        let code = ErrorCode(10_001, "MCMS_UTM_Validation_InvalidDataType");
        Fault::bad(code, error.to_string())
    })
}

/// The names of fields in lower case, but for those that the caller has chosen.
fn folded(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| {
                let name = name.to_ascii_lowercase();
                let own = OWN_NAMES.contains(&name.as_str());
                (name, if own { value } else { folded(value) })
            });
            Value::Object(fields.collect())
        }
        Value::Array(values) => Value::Array(values.into_iter().map(folded).collect()),
        other => other,
    }
}

/// Names that have no place in a body.
pub fn unknown<'a>(body: &'a Value, known: &[&str]) -> Option<&'a str> {
    let fields: &Map<String, Value> = body.as_object()?;
    let mut names = fields.keys().map(String::as_str);
    names.find(|name| !known.iter().any(|it| it.eq_ignore_ascii_case(name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_the_callers_own_names_keep_their_case() {
        let body = json!({"To": {"ContactAttributes": {"SubscriberAttributes": {"FirstName": {"A": 1}}}}, "OPTIONS": [{"X": 1}]});
        let wanted = json!({"to": {"contactattributes": {"subscriberattributes": {"FirstName": {"A": 1}}}}, "options": [{"x": 1}]});
        assert_eq!(folded(body.clone()), wanted);
        assert_eq!(unknown(&body, &["to", "options"]), None);
        assert_eq!(unknown(&body, &["to"]), Some("OPTIONS"));
    }
}
