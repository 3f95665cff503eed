//! Which PostgreSQL server is used.

use std::str::FromStr;

use secrecy::{ExposeSecret, SecretString};
use sqlx::postgres::PgConnectOptions;

use super::source::Values;

/// The server to use and how many connections one process may hold.
#[derive(Debug, Clone)]
pub struct DatabaseConfig {
    /// A private cluster, or a server of somebody else's.
    pub server: Database,
    /// Upper bound of the pool of one process.
    pub connections: u32,
}

/// Where the rows live.
#[derive(Debug, Clone)]
pub enum Database {
    /// The private cluster under the data directory.
    Embedded,
    /// A server reached by this address. Secret, because it usually carries a password.
    External(SecretString),
}

impl Database {
    /// How to connect to an external server; `None` for the embedded one, whose socket is known once it runs.
    #[must_use]
    pub fn external(&self) -> Option<PgConnectOptions> {
        match self {
            Self::Embedded => None,
            Self::External(url) => PgConnectOptions::from_str(url.expose_secret()).ok(),
        }
    }
}

pub(super) fn read(values: &mut Values) -> DatabaseConfig {
    let connections = values.parse("database_connections").unwrap_or(20);
    if connections < 4 {
        values.refuse(
            "database_connections",
            "at least 4 connections are needed: jobs and pages hold some at once",
        );
    }
    let server = match values.text("database_url").map(str::to_owned) {
        None => Database::Embedded,
        Some(url) => {
            let scheme_known = url.starts_with("postgres://") || url.starts_with("postgresql://");
            if !scheme_known || PgConnectOptions::from_str(&url).is_err() {
                values.refuse(
                    "database_url",
                    "expected postgres://user:password@host:5432/database",
                );
            }
            Database::External(url.into())
        }
    };
    DatabaseConfig { server, connections }
}
