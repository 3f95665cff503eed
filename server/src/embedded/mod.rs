//! The private PostgreSQL cluster used when no database is configured.
//!
//! It lives under the data directory, listens on a Unix socket only, runs as an unprivileged user even when Campanile
//! was started by root, and belongs to exactly one Campanile at a time: a lock on the data directory sees to that.
//! Whatever an earlier process left behind (a stale pid file, a server that outlived its Campanile) is cleared away
//! before the start.

mod binaries;
mod cluster;
mod directory;
mod leftovers;
pub mod place;
mod supervise;
mod user;

use std::path::PathBuf;

pub use binaries::Binaries;
pub use cluster::Cluster;
pub use directory::{DataDir, Holder};

/// Why the private cluster cannot be used. The texts are for the operator.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// No usable binaries on this machine.
    #[error(
        "no PostgreSQL {wanted} server binaries were found (looked in PATH, `pg_config --bindir` and \
         /usr/lib/postgresql/*/bin). Install them (Debian: apt-get install postgresql-15) or set \
         CAMPANILE_DATABASE_URL to use a server of your own"
    )]
    NoBinaries {
        /// `15 or newer`, or the major version an existing cluster was made by.
        wanted: String,
    },
    /// Another process works with this data directory.
    #[error(
        "the data directory {} is in use by another campanile ({holder}). Stop that one first, or set \
         CAMPANILE_DATA_DIR to another directory",
        path.display()
    )]
    InUse {
        /// The directory.
        path: PathBuf,
        /// Who holds it, as that process wrote it down.
        holder: String,
    },
    /// The cluster's files belong to somebody whom this process cannot become.
    #[error(
        "the database under {} belongs to the user {owner}; start campanile as that user or as root",
        path.display()
    )]
    Foreign {
        /// The cluster's directory.
        path: PathBuf,
        /// Name or number of the owner.
        owner: String,
    },
    /// Started by root on a machine without any user to run the database as.
    #[error(
        "PostgreSQL refuses to run as root, and there is no user `campanile`, `postgres` or `nobody` to run it as"
    )]
    NoUser,
    /// One of PostgreSQL's programs failed.
    #[error("{program} failed: {detail}")]
    Program {
        /// Which one.
        program: &'static str,
        /// What it said.
        detail: String,
    },
    /// The server did not come up; the end of its log says why.
    #[error("the database did not start; the end of {} says:\n{tail}", log.display())]
    NotStarted {
        /// The server's log.
        log: PathBuf,
        /// Its last lines.
        tail: String,
    },
    /// A file or directory could not be made or read.
    #[error("{what} {}: {source}", path.display())]
    File {
        /// What was tried.
        what: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The server runs but does not answer as expected.
    #[error("the database does not answer: {0}")]
    Connection(#[from] sqlx::Error),
}

impl EmbeddedError {
    /// Names the file an I/O error is about.
    pub(crate) fn file(what: &'static str, path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { what, path, source }
    }
}

#[cfg(test)]
mod tests;
