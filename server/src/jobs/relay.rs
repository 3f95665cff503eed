//! The configured relay, as `delivery` wants it.

use std::path::PathBuf;

use anyhow::Context;
use delivery::email::{Relay, Security};

use crate::config::{SmtpTls, SmtpUrl};

/// A relay's address and what else belongs to it.
#[derive(Clone, Debug)]
pub struct RelaySettings {
    /// From the configuration.
    pub url: SmtpUrl,
    /// File of further certificate authorities (PEM).
    pub authorities: Option<PathBuf>,
}

impl RelaySettings {
    /// A relay with the system's certificate authorities.
    #[must_use]
    pub fn new(url: SmtpUrl) -> Self {
        Self { url, authorities: None }
    }

    pub(super) fn to_relay(&self) -> anyhow::Result<Relay> {
        let mut relay = Relay::plain(&self.url.host, self.url.port);
        relay.security = match self.url.tls {
            SmtpTls::None => Security::None,
            SmtpTls::Opportunistic => Security::Opportunistic,
            SmtpTls::Required => Security::Required,
        };
        relay.credentials.clone_from(&self.url.login);
        if let Some(file) = &self.authorities {
            relay.authorities =
                std::fs::read(file).with_context(|| format!("reading the relay's certificate authorities from {}", file.display()))?;
        }
        Ok(relay)
    }
}
