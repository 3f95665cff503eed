//! Finding PostgreSQL's programs on the machine.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use tokio::process::Command;

use super::EmbeddedError;

/// The oldest major version whose features the schema uses.
const OLDEST: u32 = 15;

/// A directory with PostgreSQL's server programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    directory: PathBuf,
    /// Major version.
    pub major: u32,
}

impl Binaries {
    /// The path of one of the programs.
    #[must_use]
    pub fn program(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// Programs that can dump and restore a server of this major version: the same or newer, the nearest first.
    ///
    /// # Errors
    /// [`EmbeddedError::NoBinaries`] when there are none.
    pub async fn find_clients(server_major: u32, search_path: &OsStr) -> Result<Self, EmbeddedError> {
        let mut found = Vec::new();
        for directory in directories(search_path, &["pg_dump", "pg_restore"]).await {
            let major = major_of(&directory.join("pg_dump")).await;
            if let Some(major) = major.filter(|major| *major >= server_major) {
                found.push(Self { directory, major });
            }
        }
        let nearest = found.into_iter().min_by_key(|binaries| binaries.major);
        nearest.ok_or_else(|| EmbeddedError::NoBinaries {
            wanted: format!("{server_major} or newer"),
        })
    }

    /// The programs to run an existing cluster with (its own major version), or to make a new one (the newest).
    pub(super) async fn find(cluster_major: Option<u32>, search_path: &OsStr) -> Result<Self, EmbeddedError> {
        let mut found = Vec::new();
        for directory in directories(search_path, &["initdb", "postgres", "pg_ctl"]).await {
            let major = major_of(&directory.join("postgres")).await;
            if let Some(major) = major.filter(|major| *major >= OLDEST) {
                found.push(Self { directory, major });
            }
        }
        let chosen = match cluster_major {
            Some(major) => found.into_iter().find(|binaries| binaries.major == major),
            // The first of equals: PATH before what was found elsewhere.
            None => found
                .into_iter()
                .reduce(|best, next| if next.major > best.major { next } else { best }),
        };
        chosen.ok_or_else(|| EmbeddedError::NoBinaries {
            wanted: cluster_major.map_or_else(|| format!("{OLDEST} or newer"), |major| major.to_string()),
        })
    }
}

/// Everything that may hold the programs, the likeliest first.
async fn directories(search_path: &OsStr, programs: &[&str]) -> Vec<PathBuf> {
    let mut directories: Vec<PathBuf> = std::env::split_paths(search_path).collect();
    if let Ok(output) = Command::new("pg_config")
        .arg("--bindir")
        .env("PATH", search_path)
        .output()
        .await
    {
        directories.push(String::from_utf8_lossy(&output.stdout).trim().into());
    }
    if let Ok(entries) = std::fs::read_dir("/usr/lib/postgresql") {
        directories.extend(entries.flatten().map(|entry| entry.path().join("bin")));
    }
    directories.retain(|directory| programs.iter().all(|program| directory.join(program).is_file()));
    let mut seen = std::collections::HashSet::new();
    directories
        .retain(|directory| seen.insert(directory.canonicalize().unwrap_or_else(|_| directory.clone())));
    directories
}

async fn major_of(program: &Path) -> Option<u32> {
    let output = Command::new(program).arg("--version").output().await.ok()?;
    // "postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)", "postgres (PostgreSQL) 17beta1"
    let text = String::from_utf8(output.stdout).ok()?;
    let version = text.split("(PostgreSQL)").nth(1)?.trim();
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// The major version an existing cluster was made by.
pub(super) fn cluster_major(cluster: &Path) -> Option<u32> {
    std::fs::read_to_string(cluster.join("PG_VERSION"))
        .ok()?
        .trim()
        .parse()
        .ok()
}
