//! The installation's secret: links, tokens and stored credentials are protected by keys derived from it.

use std::str::FromStr;

use secrecy::{ExposeSecret, SecretString};

use super::database::Database;
use super::source::Values;

/// The text of the secret. Every node of an installation must have the same.
#[derive(Debug, Clone)]
pub struct SecretKey(SecretString);

impl SecretKey {
    /// The material that `domain`'s keys are derived from.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl FromStr for SecretKey {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        // 32 letters of hexadecimal are 128 bits; less could be guessed offline from any signed link.
        if text.len() < 32 {
            return Err("at least 32 characters, for example from `openssl rand -base64 32`");
        }
        Ok(Self(text.to_owned().into()))
    }
}

/// With an external database the key must be given: a node that made one of its own would sign links that the
/// other nodes refuse, and a lost disk would take every stored credential with it.
pub(super) fn read(values: &mut Values, database: &Database) -> Option<SecretKey> {
    if values.text("secret_key").is_none() && matches!(database, Database::External(_)) {
        values.refuse(
            "secret_key",
            "needed with CAMPANILE_DATABASE_URL, the same on every node, for example from `openssl rand -base64 32`",
        );
    }
    values.parse_optional("secret_key")
}
