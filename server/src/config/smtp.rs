//! The relay that takes the mail: `smtp://user:password@host:port?tls=required|opportunistic|none`, read by `delivery`, which speaks to
//! it.

use delivery::email::Relay;

use super::source::Values;

/// How mail leaves.
#[derive(Debug, Clone)]
pub struct SmtpConfig {
    /// The relay; absent: the capture inbox.
    pub relay: Option<Relay>,
    /// How many connections one process holds open to it for campaigns.
    pub connections: u16,
}

/// Undoes percent encoding of a user or password; `+` stays as it is, since it is common in user names.
///
/// # Errors
/// When the text is no valid percent-encoded UTF-8.
pub fn percent_decode(text: &str) -> Result<String, &'static str> {
    const WRONG: &str = "user or password is not valid percent-encoded UTF-8";
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |b: Option<u8>| b.and_then(|b| char::from(b).to_digit(16)).ok_or(WRONG);
            let (high, low) = (digit(rest.next())?, digit(rest.next())?);
            bytes.push(u8::try_from(high * 16 + low).map_err(|_| WRONG)?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).map_err(|_| WRONG)
}

pub(super) fn read(values: &mut Values) -> SmtpConfig {
    let connections = values.parse("smtp_connections").unwrap_or(10);
    if connections == 0 {
        values.refuse("smtp_connections", "at least one connection is needed");
    }
    SmtpConfig {
        relay: values.parse_optional("smtp_url"),
        connections,
    }
}
