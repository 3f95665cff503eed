//! Making a backup.

use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, bail};
use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

use super::{Header, MAGIC};
use crate::database::Database;

/// What [`write`] made.
#[derive(Debug, Clone, Copy)]
pub struct Written {
    /// Size of the file.
    pub bytes: u64,
}

/// Writes a backup to `file`, which must not exist yet. Works beside a running server: `pg_dump` sees one snapshot.
///
/// # Errors
/// When the file exists or cannot be written, or when `pg_dump` is missing or fails; no partial file stays behind.
pub async fn write(database: &Database, file: &Path, now: jiff::Timestamp) -> anyhow::Result<Written> {
    if file.exists() {
        bail!("{} exists already; a backup is never overwritten", file.display());
    }
    let header = Header {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        created_at: now,
        postgres: database.server_version().await?,
        migration: crate::migrate::newest(&database.pool)
            .await?
            .context("the database is empty")?,
        secret_key: database.secret_key()?.expose().to_owned(),
    };
    let partial = partial_of(file);
    let written = fill(database, &header, &partial).await;
    if written.is_err() {
        // The first error is the one to tell; what is left of the file is of no use either way.
        drop(std::fs::remove_file(&partial));
    }
    let written = written?;
    std::fs::rename(&partial, file).with_context(|| format!("naming the backup {}", file.display()))?;
    Ok(written)
}

fn partial_of(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    file.with_file_name(name)
}

async fn fill(database: &Database, header: &Header, path: &Path) -> anyhow::Result<Written> {
    let file = std::fs::File::options()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path);
    let mut file = File::from_std(file.with_context(|| format!("making {}", path.display()))?);
    let mut digest = Sha256::new();
    let head = format!("{MAGIC}{}\n", serde_json::to_string(header)?);
    digest.update(&head);
    file.write_all(head.as_bytes()).await?;
    let mut bytes = head.len() as u64;

    let programs = database.client_programs().await?;
    let mut command = Command::new(programs.program("pg_dump"));
    command.args([
        "--format=custom",
        "--no-owner",
        "--no-privileges",
        "--lock-wait-timeout=60s",
    ]);
    database.point_at(&mut command);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let mut child = command.spawn().context("starting pg_dump")?;
    let mut dump = child.stdout.take().context("pg_dump without output")?;
    let mut complaints = child.stderr.take().context("pg_dump without messages")?;
    // Read on the side: a full pipe of messages would otherwise stop the dump.
    let complaints = tokio::spawn(async move {
        let mut text = String::new();
        complaints.read_to_string(&mut text).await.map(|_| text)
    });
    let mut buffer = vec![0; 256 << 10];
    loop {
        let count = dump.read(&mut buffer).await?;
        if count == 0 {
            break;
        }
        digest.update(&buffer[..count]);
        file.write_all(&buffer[..count])
            .await
            .context("writing the backup")?;
        bytes += count as u64;
    }
    if !child.wait().await?.success() {
        bail!("pg_dump failed: {}", complaints.await??.trim());
    }
    let digest = digest.finalize();
    file.write_all(&digest).await.context("writing the backup")?;
    file.flush().await.context("writing the backup")?;
    file.sync_all().await.context("writing the backup")?;
    Ok(Written {
        bytes: bytes + digest.len() as u64,
    })
}
