//! The three header fields that a list of messages shows, decoded (RFC 2047). Written for our own messages and lenient
//! with others: what cannot be decoded is shown as it stands.

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// From, To and Subject.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    pub from: String,
    pub to: String,
    pub subject: String,
}

/// Reads them from the beginning of a message.
pub(super) fn read(raw: &[u8]) -> Head {
    let end = raw
        .windows(4)
        .position(|it| it == b"\r\n\r\n")
        .unwrap_or(raw.len());
    let text = String::from_utf8_lossy(&raw[..end.min(64 << 10)]);
    // A line that begins with white space continues the one before it.
    let unfolded = text.replace("\r\n ", " ").replace("\r\n\t", " ");
    let mut head = Head::default();
    for line in unfolded.split("\r\n") {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        let value = || decode(value.trim());
        match name.to_ascii_lowercase().as_str() {
            "from" => head.from = value(),
            "to" => head.to = value(),
            "subject" => head.subject = value(),
            _ => {}
        }
    }
    head
}

/// Replaces encoded words; white space between two of them does not count.
fn decode(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    let mut after_word = false;
    while let Some(at) = rest.find("=?") {
        let (before, from) = rest.split_at(at);
        let word = encoded_word(from);
        if !(after_word && word.is_some() && before.trim().is_empty()) {
            out.push_str(before);
        }
        match word {
            Some((text, length)) => {
                out.push_str(&text);
                rest = &from[length..];
                after_word = true;
            }
            None => {
                out.push_str("=?");
                rest = &from[2..];
                after_word = false;
            }
        }
    }
    out.push_str(rest);
    // PostgreSQL's text holds no NUL.
    out.replace('\0', "")
}

/// `=?charset?B?…?=` at the beginning: its text and length.
fn encoded_word(text: &str) -> Option<(String, usize)> {
    let mut parts = text.strip_prefix("=?")?.splitn(4, '?');
    let (charset, encoding, payload, tail) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    if !tail.starts_with('=') {
        return None;
    }
    let bytes = match encoding {
        "B" | "b" => STANDARD.decode(payload).ok()?,
        "Q" | "q" => quoted(payload)?,
        _ => return None,
    };
    let decoded = match charset.to_ascii_lowercase().as_str() {
        "utf-8" | "us-ascii" => String::from_utf8_lossy(&bytes).into_owned(),
        other => encoding_rs::Encoding::for_label(other.as_bytes())?
            .decode(&bytes)
            .0
            .into_owned(),
    };
    Some((
        decoded,
        2 + charset.len() + 1 + encoding.len() + 1 + payload.len() + 2,
    ))
}

fn quoted(payload: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(payload.len());
    let mut rest = payload.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        match first {
            b'_' => bytes.push(b' '),
            b'=' => {
                let hex = std::str::from_utf8(tail.get(..2)?).ok()?;
                bytes.push(u8::from_str_radix(hex, 16).ok()?);
                rest = &tail[2..];
            }
            other => bytes.push(other),
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded_and_encoded_fields_are_read() {
        let raw = b"Subject: =?UTF-8?B?WmHFvMOzxYLEhyA=?=\r\n =?UTF-8?B?8J+Okw==?= x\r\nFrom: =?utf-8?q?Anna_=C5=81?= <a@b.cc>\r\nTo: Plain\r\n\t<c@d.ee>\r\n\r\nTo: not a header";
        let head = read(raw);
        assert_eq!(head.subject, "Zażółć 🎓 x");
        assert_eq!(head.from, "Anna Ł <a@b.cc>");
        assert_eq!(head.to, "Plain <c@d.ee>");
    }

    #[test]
    fn nonsense_is_shown_as_it_stands() {
        assert_eq!(decode("=?utf-8?B?***?= a =? b"), "=?utf-8?B?***?= a =? b");
        assert_eq!(decode("=?utf-8?X?aa?="), "=?utf-8?X?aa?=");
        assert_eq!(read(b""), Head::default());
    }
}
