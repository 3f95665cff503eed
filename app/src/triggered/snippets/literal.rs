//! Texts and values as literals of a language.

use serde_json::Value;
use std::fmt::Write as _;

/// A word of a POSIX shell: in single quotes nothing is special but they themselves.
pub(super) fn shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A Java string, in ASCII: which encoding a compiler expects depends on its version and machine. A backslash is doubled, so that no `\u`
/// can come about by itself.
pub(super) fn java(text: &str) -> String {
    let mut units = [0; 2];
    quoted(text, |out, letter| match letter {
        ' '..='~' => out.push(letter),
        _ => letter
            .encode_utf16(&mut units)
            .iter()
            .for_each(|unit| escaped(out, *unit)),
    })
}

/// In double quotes, with the escapes that Java, Python and JSON share.
fn quoted(text: &str, mut other: impl FnMut(&mut String, char)) -> String {
    let mut out = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            letter => other(&mut out, letter),
        }
    }
    out.push('"');
    out
}

fn python_text(text: &str) -> String {
    quoted(text, |out, letter| match u16::try_from(u32::from(letter)) {
        Ok(unit) if is_control(letter) => escaped(out, unit),
        _ => out.push(letter),
    })
}

/// In single quotes only the quote and the backslash are special. Control characters do not survive every clipboard, so where there are
/// any, it is in double quotes, in which variables must be escaped too.
fn php_text(text: &str) -> String {
    if !text.contains(is_control) {
        return format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'"));
    }
    quoted(text, |out, letter| match letter {
        '$' => out.push_str("\\$"),
        _ if is_control(letter) => {
            // Writing to a string cannot fail.
            let _ = write!(out, "\\u{{{:x}}}", u32::from(letter));
        }
        _ => out.push(letter),
    })
}

/// A Python value, in lines indented by so many levels.
pub(super) fn python(value: &Value, depth: usize) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => python_text(text),
        Value::Array(items) => {
            let items = items.iter().map(|item| python(item, depth + 1));
            list("[", items, "]", depth)
        }
        Value::Object(map) => {
            let items = map
                .iter()
                .map(|(key, value)| format!("{}: {}", python_text(key), python(value, depth + 1)));
            list("{", items, "}", depth)
        }
    }
}

/// A PHP value, in lines indented by so many levels. An empty object is no array there.
pub(super) fn php(value: &Value, depth: usize) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => php_text(text),
        Value::Array(items) => {
            let items = items.iter().map(|item| php(item, depth + 1));
            list("[", items, "]", depth)
        }
        Value::Object(map) if map.is_empty() => "new stdClass()".to_owned(),
        Value::Object(map) => {
            let items = map
                .iter()
                .map(|(key, value)| format!("{} => {}", php_text(key), php(value, depth + 1)));
            list("[", items, "]", depth)
        }
    }
}

fn list(open: &str, items: impl Iterator<Item = String>, close: &str, depth: usize) -> String {
    let indent = "    ".repeat(depth + 1);
    let lines: String = items.map(|item| format!("{indent}{item},\n")).collect();
    if lines.is_empty() {
        return format!("{open}{close}");
    }
    format!("{open}\n{lines}{}{close}", "    ".repeat(depth))
}

fn is_control(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}')
}

fn escaped(out: &mut String, unit: u16) {
    // Writing to a string cannot fail.
    let _ = write!(out, "\\u{unit:04x}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nothing_gets_out_of_its_quotes() {
        assert_eq!(shell("it's $HOME"), r"'it'\''s $HOME'");
        assert_eq!(java("a\"b\\u0041\nż🎓"), r#""a\"b\\u0041\n\u017c\ud83c\udf93""#);
        assert_eq!(python_text("ż \u{2028}\u{7}"), r#""ż \u2028\u0007""#);
        assert_eq!(php_text("it's \\ $x"), r"'it\'s \\ $x'");
        assert_eq!(php_text("a\r\n$x \"\u{2028}"), r#""a\r\n\$x \"\u{2028}""#);
    }

    #[test]
    fn values_are_those_of_the_language() {
        let value = json!({"a": [true, null, {}], "b": 1.0});
        assert_eq!(
            python(&value, 0),
            "{\n    \"a\": [\n        True,\n        None,\n        {},\n    ],\n    \"b\": 1.0,\n}"
        );
        assert_eq!(
            php(&value, 0),
            "[\n    'a' => [\n        true,\n        null,\n        new stdClass(),\n    ],\n    'b' => 1.0,\n]"
        );
    }
}
