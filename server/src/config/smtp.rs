//! The relay that takes the mail: `smtp://user:password@host:port?tls=required|opportunistic|none`, read by `delivery`, which speaks to
//! it.

use std::time::Duration;

use delivery::Backoff;
use delivery::email::Relay;

use super::source::Values;

/// How mail leaves.
#[derive(Debug, Clone)]
pub struct SmtpConfig {
    /// The relay; absent: the capture inbox.
    pub relay: Option<Relay>,
    /// How many connections one process holds open to it for campaigns.
    pub connections: u16,
    /// How long each step of the exchange may take; absent: as RFC 5321 says.
    pub timeout: Option<Duration>,
    /// The first pause after a "later".
    pub retry_first: Duration,
    /// How long a worker may be silent before its chunks are given to another.
    pub lease: Duration,
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
    let timeout = values.parse_optional::<u64>("smtp_timeout").filter(|it| *it > 0);
    SmtpConfig {
        relay: values.parse_optional("smtp_url"),
        timeout: timeout.map(Duration::from_secs),
        connections,
        retry_first: seconds(values, "retry_first_seconds", Backoff::MAIL.first),
        lease: seconds(values, "lease_seconds", Duration::from_mins(1)),
    }
}

/// A setting of at least one second.
fn seconds(values: &mut Values, key: &'static str, usual: Duration) -> Duration {
    match values.parse_optional::<u64>(key) {
        None => usual,
        Some(0) => {
            values.refuse(key, "at least one second");
            usual
        }
        Some(seconds) => Duration::from_secs(seconds),
    }
}
