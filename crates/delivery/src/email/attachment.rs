//! One attached file as a MIME part: base64 (RFC 2045, 6.8) under a name in any script (RFC 2231).

use std::fmt::Write;

use base64::{Engine, engine::general_purpose::STANDARD};

use super::message::{Attached, MessageError};

/// Bytes of content in a line of 76 characters.
const LINE: usize = 57;

/// Appends the part, ending in CRLF.
///
/// # Errors
/// A name or type that would break out of its field.
pub(super) fn write(out: &mut String, file: Attached<'_>) -> Result<(), MessageError> {
    let sound_kind = |b: u8| b.is_ascii_alphanumeric() || b"/.+-".contains(&b);
    if file.kind.is_empty() || file.kind.len() > 100 || !file.kind.bytes().all(sound_kind) {
        return Err(MessageError::Header("Content-Type"));
    }
    if file.name.is_empty() || file.name.chars().count() > 80 || file.name.chars().any(char::is_control) {
        return Err(MessageError::Header("Content-Disposition"));
    }
    let charset = if file.kind.starts_with("text/") {
        "; charset=utf-8"
    } else {
        ""
    };
    let _ = write!(
        out,
        "Content-Type: {}{charset}\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment;\r\n ",
        file.kind
    );
    let plain = |b: u8| b.is_ascii_alphanumeric() || b" .-_()".contains(&b);
    if file.name.bytes().all(plain) {
        let _ = write!(out, "filename=\"{}\"\r\n\r\n", file.name);
    } else {
        out.push_str("filename*=utf-8''");
        for byte in file.name.bytes() {
            if byte.is_ascii_alphanumeric() || b".-_".contains(&byte) {
                out.push(char::from(byte));
            } else {
                let _ = write!(out, "%{byte:02X}");
            }
        }
        out.push_str("\r\n\r\n");
    }
    for line in file.content.chunks(LINE) {
        STANDARD.encode_string(line, out);
        out.push_str("\r\n");
    }
    Ok(())
}
