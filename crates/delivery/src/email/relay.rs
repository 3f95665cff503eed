//! The relay: where it is, how it is protected, who we are to it.

use std::{fmt, time::Duration};

use lettre::transport::smtp::{authentication::Credentials, extension::ClientId};
use secrecy::{ExposeSecret, SecretString};

use super::tls::{self, Tls};

/// How the connection is protected: `?tls=` of the relay's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// `none`: in the clear, also the password. For a relay on this machine or in a closed network.
    None,
    /// `opportunistic`: STARTTLS when offered. Without a password any certificate will do, as between mail servers; with
    /// one, the certificate must be good and STARTTLS must be offered.
    Opportunistic,
    /// `required`: STARTTLS with a good certificate, or nothing.
    Required,
    /// `implicit` (or `smtps://`): TLS from the first byte, with a good certificate (RFC 8314).
    Implicit,
}

/// How long each step may take. RFC 5321, 4.5.3.2, but for the greeting and the connection, which may fail sooner.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// Connection, greeting, TLS, sign-in: each.
    pub open: Duration,
    /// Each command.
    pub command: Duration,
    /// Writing the content, and then the wait from its final dot to the reply: each.
    pub content: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            open: Duration::from_secs(30),
            command: Duration::from_secs(300),
            content: Duration::from_secs(600),
        }
    }
}

/// Why a relay's address cannot be used. The address itself is never repeated: it may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RelayError {
    /// Not `smtp://` or `smtps://`.
    #[error("a relay's address begins with smtp:// or smtps://")]
    Scheme,
    /// No host, or a port that is none.
    #[error("the relay's address needs a host, and perhaps a port: smtp://host:587")]
    Host,
    /// User without password, or bad percent encoding.
    #[error("user and password stand before the host, percent-encoded: smtp://user:password@host")]
    Credentials,
    /// An option other than `tls` and `ca`, or a value it does not know.
    #[error("options of a relay are tls=required, opportunistic, none or implicit, and ca=FILE")]
    Option,
    /// The certificates given cannot be read, or the host cannot stand in one.
    #[error("the relay's certificate settings cannot be used")]
    Certificates,
}

/// A relay, as configured.
#[derive(Clone)]
pub struct Relay {
    /// Name or address of the machine.
    pub host: String,
    /// 25, 587 with a password, 465 for implicit TLS, unless given.
    pub port: u16,
    /// How it is protected.
    pub security: Security,
    /// User and password.
    pub credentials: Option<(String, SecretString)>,
    /// Further certificate authorities to trust, PEM.
    pub authorities: Vec<u8>,
    /// File of such authorities named in the address (`ca=`): read by whoever reads the configuration.
    pub authorities_file: Option<String>,
    /// What we call ourselves at EHLO.
    pub hello: Option<String>,
    /// How long each step may take.
    pub timeouts: Timeouts,
}

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Relay({}:{}, {:?})", self.host, self.port, self.security)
    }
}

impl Relay {
    /// A relay without password or TLS: the capture inbox, tests.
    #[must_use]
    pub fn plain(host: &str, port: u16) -> Self {
        Self {
            host: host.to_owned(),
            port,
            security: Security::None,
            credentials: None,
            authorities: Vec::new(),
            authorities_file: None,
            hello: None,
            timeouts: Timeouts::default(),
        }
    }

    /// Reads `smtp://user:password@host:port?tls=…&ca=…` (`docs/contract`: `CAMPANILE_SMTP_URL`).
    ///
    /// Without `tls=` a relay on this machine is `opportunistic` and any other `required`: a password or a mailing never
    /// goes over a network in the clear because somebody forgot an option.
    ///
    /// # Errors
    /// Says which part cannot be used, without repeating it.
    pub fn parse(url: &str) -> Result<Self, RelayError> {
        let (scheme, rest) = url.trim().split_once("://").ok_or(RelayError::Scheme)?;
        let implicit = match scheme {
            "smtp" => false,
            "smtps" => true,
            _ => return Err(RelayError::Scheme),
        };
        let (authority, query) = rest.split_once('?').unwrap_or((rest, ""));
        let authority = authority.strip_suffix('/').unwrap_or(authority);
        let (user, place) = match authority.rsplit_once('@') {
            Some((user, place)) => (Some(user), place),
            None => (None, authority),
        };
        let credentials = user.map(parse_user).transpose()?;
        let (host, port) = parse_place(place)?;
        let mut security = None;
        let mut authorities_file = None;
        for option in query.split('&').filter(|option| !option.is_empty()) {
            match option.split_once('=').ok_or(RelayError::Option)? {
                ("tls", "none") => security = Some(Security::None),
                ("tls", "opportunistic") => security = Some(Security::Opportunistic),
                ("tls", "required") => security = Some(Security::Required),
                ("tls", "implicit") => security = Some(Security::Implicit),
                ("ca", file) => authorities_file = Some(percent_decode(file).ok_or(RelayError::Option)?),
                _ => return Err(RelayError::Option),
            }
        }
        let local = matches!(host.as_str(), "localhost" | "127.0.0.1" | "::1");
        let security = match (implicit, security) {
            (true, None) => Security::Implicit,
            (_, Some(Security::Implicit)) => Security::Implicit,
            (true, Some(_)) => return Err(RelayError::Option),
            (false, Some(security)) => security,
            (false, None) if local => Security::Opportunistic,
            (false, None) => Security::Required,
        };
        let usual = match (security, &credentials) {
            (Security::Implicit, _) => 465,
            (_, Some(_)) => 587,
            (_, None) => 25,
        };
        Ok(Self {
            port: port.unwrap_or(usual),
            security,
            credentials,
            authorities_file,
            ..Self::plain(&host, 0)
        })
    }

    /// Loads certificates and builds what every connection shares.
    ///
    /// # Errors
    /// When the certificates cannot be used.
    pub fn connector(self) -> Result<Connector, RelayError> {
        let tls = tls::settings(&self)?;
        let hello = match &self.hello {
            Some(name) => ClientId::Domain(name.clone()),
            None => ClientId::default(),
        };
        let credentials = self
            .credentials
            .as_ref()
            .map(|(user, password)| Credentials::new(user.clone(), password.expose_secret().to_owned()));
        Ok(Connector {
            relay: self,
            hello,
            credentials,
            tls,
        })
    }
}

impl std::str::FromStr for Relay {
    type Err = RelayError;

    fn from_str(text: &str) -> Result<Self, RelayError> {
        Self::parse(text)
    }
}

/// A relay made ready: certificates loaded once, shared by every connection to it.
pub struct Connector {
    pub(super) relay: Relay,
    pub(super) hello: ClientId,
    pub(super) credentials: Option<Credentials>,
    pub(super) tls: Option<Tls>,
}

impl Connector {
    /// The relay behind it.
    #[must_use]
    pub fn relay(&self) -> &Relay {
        &self.relay
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.relay.fmt(f)
    }
}

fn parse_user(user: &str) -> Result<(String, SecretString), RelayError> {
    let (name, password) = user.split_once(':').ok_or(RelayError::Credentials)?;
    let decode = |part| {
        percent_decode(part)
            .filter(|text| !text.is_empty() && !text.contains('\0'))
            .ok_or(RelayError::Credentials)
    };
    Ok((decode(name)?, SecretString::from(decode(password)?)))
}

fn parse_place(place: &str) -> Result<(String, Option<u16>), RelayError> {
    let (host, port) = match place.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((v6, "")) => (v6, None),
        Some((v6, port)) => (v6, Some(port.strip_prefix(':').ok_or(RelayError::Host)?)),
        None => match place.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (place, None),
        },
    };
    let sound = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '_');
    if host.is_empty() || !host.chars().all(sound) {
        return Err(RelayError::Host);
    }
    let port = port
        .map(|port| {
            port.parse()
                .ok()
                .filter(|port| *port != 0)
                .ok_or(RelayError::Host)
        })
        .transpose()?;
    Ok((host.to_owned(), port))
}

fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        if first == b'%' {
            let hex = std::str::from_utf8(tail.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(hex, 16).ok()?);
            rest = &tail[2..];
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> (String, u16, Security, bool) {
        let relay = Relay::parse(url).unwrap();
        (
            relay.host,
            relay.port,
            relay.security,
            relay.credentials.is_some(),
        )
    }

    #[test]
    fn addresses_are_read_and_forgotten_options_are_safe() {
        assert_eq!(
            read("smtp://mx.example.edu"),
            ("mx.example.edu".into(), 25, Security::Required, false)
        );
        assert_eq!(
            read("smtp://u:p%40ss@mx.example.edu"),
            ("mx.example.edu".into(), 587, Security::Required, true)
        );
        assert_eq!(
            read("smtps://u:p@mx.example.edu/"),
            ("mx.example.edu".into(), 465, Security::Implicit, true)
        );
        assert_eq!(
            read("smtp://127.0.0.1:2525"),
            ("127.0.0.1".into(), 2525, Security::Opportunistic, false)
        );
        assert_eq!(
            read("smtp://[::1]:2525?tls=none"),
            ("::1".into(), 2525, Security::None, false)
        );
        let password = Relay::parse("smtp://u:p%40ss@h.example")
            .unwrap()
            .credentials
            .unwrap()
            .1;
        assert_eq!(password.expose_secret(), "p@ss");
    }

    #[test]
    fn what_cannot_be_read_is_named_without_being_repeated() {
        for (url, wanted) in [
            ("http://h", RelayError::Scheme),
            ("h:25", RelayError::Scheme),
            ("smtp://", RelayError::Host),
            ("smtp://h:0", RelayError::Host),
            ("smtp://h:x", RelayError::Host),
            ("smtp://user@h", RelayError::Credentials),
            ("smtp://u:%zz@h", RelayError::Credentials),
            ("smtp://h?tls=maybe", RelayError::Option),
            ("smtp://h?insecure=1", RelayError::Option),
            ("smtps://h?tls=none", RelayError::Option),
        ] {
            assert_eq!(Relay::parse(url).unwrap_err(), wanted, "{url}");
        }
        assert!(!format!("{:?}", Relay::parse("smtp://u:secret@h.example").unwrap()).contains("secret"));
    }
}
