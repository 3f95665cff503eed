//! PostgreSQL's own programs, for baselines.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

/// Where they are: PATH, or Debian's folder outside of it.
pub fn binaries() -> Result<PathBuf> {
    let output = Command::new("sh")
        .args([
            "-c",
            "dirname \"$(command -v initdb || ls /usr/lib/postgresql/*/bin/initdb | sort -V | tail -1)\"",
        ])
        .output()?;
    let folder = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    if !folder.join("initdb").exists() {
        bail!("no PostgreSQL server programs (initdb): scripts/bootstrap.sh bench");
    }
    Ok(folder)
}

/// Runs statements with psql and returns what they print, unaligned.
pub fn sql(socket: &str, database: &str, user: &str, statements: &str) -> Result<String> {
    let beside = binaries()?.join("psql");
    let output = Command::new(if beside.exists() {
        beside
    } else {
        PathBuf::from("psql")
    })
    .args([
        "-X",
        "-q",
        "-A",
        "-t",
        "-v",
        "ON_ERROR_STOP=1",
        "-h",
        socket,
        "-U",
        user,
        "-d",
        database,
        "-c",
        statements,
    ])
    .output()
    .context("psql")?;
    if !output.status.success() {
        bail!("psql: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
