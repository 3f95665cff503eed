//! Everything an installation is, in one file: its secret key and a consistent dump of its database (assets are rows).
//!
//! The file is a line that names the format, a line of JSON (the [`Header`]), PostgreSQL's own custom-format dump, and
//! the SHA-256 of all of that. It contains the secret key and everybody's addresses: it is made readable by its owner
//! only, and belongs where such things belong.

mod restore;
mod write;

use serde::{Deserialize, Serialize};

pub use restore::restore;
pub use write::write;

/// The first line; a later format gets a later number.
const MAGIC: &str = "CAMPANILE BACKUP 1\n";

/// Length of the digest at the end.
const DIGEST: u64 = 32;

/// What the dump is of.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Header {
    /// Campanile's version.
    version: String,
    /// When the dump was begun.
    created_at: jiff::Timestamp,
    /// Server version that was dumped, as `server_version_num`.
    postgres: i32,
    /// The newest migration the database has.
    migration: i64,
    /// Without it, links in mails that have been sent and credentials that are stored would be worthless.
    secret_key: String,
}

#[cfg(test)]
mod tests;
