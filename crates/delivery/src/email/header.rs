//! Header fields: folding, encoded words (RFC 2047), and the refusal of anything that could start a new field.

use std::fmt::Write;

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{address::Mailbox, message::MessageError};

/// Lines are folded before this many characters where they can be (RFC 5322, 2.1.1: should 78, must 998).
const FOLD_AT: usize = 76;

/// Bytes of text in one encoded word: 60 characters of base64 and 12 of frame, within RFC 2047's 75.
const WORD_BYTES: usize = 45;

/// Writes `Name: value` as unstructured text, encoded when it is not plain ASCII.
///
/// # Errors
/// `MessageError::Header` when the value holds a control character (a line break would start a new header field).
pub fn unstructured(out: &mut String, name: &'static str, value: &str) -> Result<(), MessageError> {
    refuse_controls(name, value)?;
    out.push_str(name);
    out.push_str(": ");
    let plain = value.is_ascii()
        && !value.contains("=?")
        && !value.contains("  ")
        && !value.starts_with(' ')
        && !value.ends_with(' ')
        && value.split(' ').all(|word| word.len() < 400);
    if plain {
        fold_words(out, name.len() + 2, value);
    } else {
        encoded_words(out, value);
    }
    out.push_str("\r\n");
    Ok(())
}

/// Writes `Name: value` as it is: for values that we built ourselves (ids, dates, addresses of pages).
///
/// # Errors
/// `MessageError::Header` when it is not printable ASCII or longer than a line may be.
pub fn verbatim(out: &mut String, name: &'static str, value: &str) -> Result<(), MessageError> {
    refuse_controls(name, value)?;
    if !value.is_ascii() || name.len() + 2 + value.len() > 996 {
        return Err(MessageError::Header(name));
    }
    let _ = write!(out, "{name}: {value}\r\n");
    Ok(())
}

/// Writes a field with one mailbox: From, To, Reply-To.
///
/// # Errors
/// `MessageError::Header` when the display name holds a control character.
pub fn mailbox(out: &mut String, name: &'static str, mailbox: &Mailbox) -> Result<(), MessageError> {
    refuse_controls(name, &mailbox.name)?;
    out.push_str(name);
    out.push_str(": ");
    if mailbox.name.is_empty() {
        let _ = write!(out, "{}\r\n", mailbox.address);
        return Ok(());
    }
    phrase(out, &mailbox.name);
    let line = out.rsplit("\r\n").next().map_or(0, str::len);
    let gap = if line + mailbox.address.as_str().len() + 3 > FOLD_AT {
        "\r\n "
    } else {
        " "
    };
    let _ = write!(out, "{gap}<{}>\r\n", mailbox.address);
    Ok(())
}

/// Writes a display name: as it is, quoted, or as encoded words.
pub(super) fn phrase(out: &mut String, name: &str) {
    let atoms = name
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b" !#$%&'*+-/^_`{|}~".contains(&b));
    if !name.is_ascii() || name.contains("=?") || name.len() > 200 {
        encoded_words(out, name);
    } else if atoms && !name.contains("  ") {
        out.push_str(name);
    } else {
        out.push('"');
        for c in name.chars() {
            if matches!(c, '"' | '\\') {
                out.push('\\');
            }
            out.push(c);
        }
        out.push('"');
    }
}

fn refuse_controls(name: &'static str, value: &str) -> Result<(), MessageError> {
    let found = if value.is_ascii() {
        value.bytes().any(|byte| byte.is_ascii_control())
    } else {
        value.chars().any(char::is_control)
    };
    if found {
        Err(MessageError::Header(name))
    } else {
        Ok(())
    }
}

fn fold_words(out: &mut String, mut column: usize, value: &str) {
    for (n, word) in value.split(' ').enumerate() {
        if n > 0 {
            if column + 1 + word.len() > FOLD_AT {
                out.push_str("\r\n");
                column = 0;
            }
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += word.len();
    }
}

/// Cuts at character borders into encoded words, a line each: what is not within one word cannot break (RFC 2047, 5).
fn encoded_words(out: &mut String, value: &str) {
    let mut rest = value;
    let mut first = true;
    while !rest.is_empty() {
        let mut end = rest.len().min(WORD_BYTES);
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        if !first {
            out.push_str("\r\n ");
        }
        first = false;
        out.push_str("=?UTF-8?B?");
        STANDARD.encode_string(&rest[..end], out);
        out.push_str("?=");
        rest = &rest[end..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(value: &str) -> String {
        let mut out = String::new();
        unstructured(&mut out, "Subject", value).unwrap();
        out
    }

    #[test]
    fn plain_text_stays_readable_and_is_folded_at_spaces() {
        assert_eq!(subject("Open days"), "Subject: Open days\r\n");
        let long = subject("word ".repeat(60).trim_end());
        assert!(long.lines().all(|line| line.len() <= 78));
        assert_eq!(
            long.replace("\r\n ", " ").trim_end(),
            format!("Subject: {}", "word ".repeat(60).trim_end())
        );
    }

    #[test]
    fn other_text_is_encoded_in_words_of_at_most_75() {
        let out = subject(
            "Zażółć gęślą jaźń 🎓 – dni otwarte na Wydziale Lekarskim, zapraszamy serdecznie wszystkich",
        );
        for line in out.trim_end().split("\r\n") {
            let word = line.trim_start_matches("Subject: ").trim();
            assert!(
                word.starts_with("=?UTF-8?B?") && word.ends_with("?=") && word.len() <= 75,
                "{word}"
            );
        }
    }

    #[test]
    fn injection_is_refused() {
        for bad in ["a\r\nBcc: x@y.zz", "a\nb", "a\rb", "a\0b", "a\u{85}b"] {
            assert_eq!(
                unstructured(&mut String::new(), "Subject", bad),
                Err(MessageError::Header("Subject"))
            );
            assert_eq!(
                verbatim(&mut String::new(), "List-Id", bad),
                Err(MessageError::Header("List-Id"))
            );
            let to = Mailbox {
                name: bad.to_owned(),
                address: super::super::Address::parse("a@example.edu").unwrap(),
            };
            assert_eq!(
                mailbox(&mut String::new(), "To", &to),
                Err(MessageError::Header("To"))
            );
        }
    }

    #[test]
    fn names_are_quoted_where_they_must_be() {
        let mut out = String::new();
        phrase(&mut out, "Nowak, Anna \"Ania\" \\");
        assert_eq!(out, r#""Nowak, Anna \"Ania\" \\""#);
    }
}
