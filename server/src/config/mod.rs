//! The configuration of one process: embedded defaults, then `campanile.toml`, then the environment.
//!
//! It is read once, validated once, and every problem found is reported together, so that an operator does not
//! have to start the server five times to find five mistakes. Nothing else in the project reads the environment.

mod database;
mod http;
mod log;
mod network;
mod secret;
mod smtp;
mod source;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

pub use database::{Database, DatabaseConfig};
pub use http::{HttpConfig, PublicUrl};
pub use log::{LogConfig, LogFormat};
pub use network::Network;
pub use secret::SecretKey;
pub use smtp::{SmtpConfig, percent_decode};
pub use source::Sources;
use source::Values;

/// Everything a process may be told from outside, already parsed.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the private cluster, the secret key and the journals live. Absolute.
    /// The embedded database may move it: see [`crate::embedded::place`].
    pub data_dir: PathBuf,
    /// Which PostgreSQL server to use.
    pub database: DatabaseConfig,
    /// Listening address, public address, proxies.
    pub http: HttpConfig,
    /// The installation's secret, when it is given by configuration.
    pub secret_key: Option<SecretKey>,
    /// The relay, when there is one.
    pub smtp: SmtpConfig,
    /// The resolver to ask; absent: the system's.
    pub dns: Option<SocketAddr>,
    /// Networks that calls to addresses which users gave (webhooks) may reach although they are not the public internet's.
    pub outbound_allow: Vec<Network>,
    /// Where bounces and feedback reports are received by SMTP; absent: nowhere.
    pub inbound_listen: Option<SocketAddr>,
    /// What is logged, and how.
    pub log: LogConfig,
    /// Where programs (PostgreSQL's) are looked for: `PATH`.
    pub search_path: OsString,
}

/// Every mistake found in the configuration, each with the place it was read from.
#[derive(Debug, thiserror::Error)]
#[error("the configuration cannot be used:\n  - {}", problems.join("\n  - "))]
pub struct ConfigError {
    /// One sentence a mistake, for the operator.
    pub problems: Vec<String>,
}

impl Config {
    /// Reads and validates the configuration of this process.
    ///
    /// # Errors
    /// [`ConfigError`] lists every unknown key and every value that cannot be used.
    pub fn load(sources: &Sources) -> Result<Self, ConfigError> {
        let mut values = Values::read(sources);
        let data_dir = values.parse::<PathBuf>("data_dir");
        let database = database::read(&mut values);
        let secret_key = secret::read(&mut values, &database.server);
        let config = Self {
            data_dir: sources.directory.join(data_dir.unwrap_or_default()),
            http: http::read(&mut values, sources),
            smtp: smtp::read(&mut values),
            dns: network::read_resolver(&mut values),
            outbound_allow: network::read_list(&mut values, "outbound_allow"),
            inbound_listen: values.parse_optional("inbound_listen"),
            log: log::read(&mut values),
            search_path: sources.search_path(),
            database,
            secret_key,
        };
        values.finish().map(|()| config)
    }
}

#[cfg(test)]
mod tests;
