//! The relay that takes the mail: `smtp://user:password@host:port?tls=required|opportunistic|none`.

use std::str::FromStr;

use secrecy::SecretString;
use url::Url;

use super::source::Values;

/// How mail leaves.
#[derive(Debug, Clone)]
pub struct SmtpConfig {
    /// The relay; absent: the capture inbox.
    pub relay: Option<SmtpUrl>,
    /// How many connections one process holds open to it for campaigns.
    pub connections: u16,
}

/// A relay's address, taken apart.
#[derive(Debug, Clone)]
pub struct SmtpUrl {
    /// Name or address of the relay.
    pub host: String,
    /// 587 unless told (25 without TLS).
    pub port: u16,
    /// User and password, when the relay asks for them.
    pub login: Option<(String, SecretString)>,
    /// What must be true of the connection.
    pub tls: SmtpTls,
}

/// How much the connection to the relay must be protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpTls {
    /// STARTTLS with a valid certificate, or no mail.
    Required,
    /// STARTTLS where it is offered.
    Opportunistic,
    /// Never, for relays on the same machine.
    None,
}

impl FromStr for SmtpUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const SHAPE: &str = "expected smtp://user:password@host:port?tls=required|opportunistic|none";
        let url = Url::parse(text).map_err(|_| SHAPE)?;
        if url.scheme() != "smtp" || !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(SHAPE);
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(SHAPE)?;
        // Nobody listens in on the machine itself, and its relay rarely has a certificate for `localhost`.
        let local = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
        let mut tls = if local {
            SmtpTls::Opportunistic
        } else {
            SmtpTls::Required
        };
        for (name, value) in url.query_pairs() {
            tls = match (name.as_ref(), value.as_ref()) {
                ("tls", "required") => SmtpTls::Required,
                ("tls", "opportunistic") => SmtpTls::Opportunistic,
                ("tls", "none") => SmtpTls::None,
                _ => return Err(SHAPE),
            };
        }
        let login = match (percent_decode(url.username())?, url.password()) {
            (user, None) if user.is_empty() => None,
            (user, Some(password)) if !user.is_empty() => Some((user, percent_decode(password)?.into())),
            _ => return Err("a user needs a password, and a password a user"),
        };
        let port = url.port().unwrap_or(if tls == SmtpTls::None { 25 } else { 587 });
        // The URL keeps IPv6 addresses in brackets; sockets want them bare.
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        Ok(Self {
            host,
            port,
            login,
            tls,
        })
    }
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
