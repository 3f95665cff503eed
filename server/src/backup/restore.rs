//! Bringing a backup back, into an empty place only.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, bail, ensure};
use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;

use super::{DIGEST, Header, MAGIC};
use crate::config::SecretKey;
use crate::database::Database;

/// What was brought back.
#[derive(Debug, Clone)]
pub struct Restored {
    /// When the backup was made.
    pub created_at: jiff::Timestamp,
    /// By which version.
    pub version: String,
}

/// Restores `file` into an empty database. Nothing is changed before the whole file has been read and its digest agrees;
/// the dump itself is restored in one transaction.
///
/// # Errors
/// When the file is damaged or newer than this Campanile, the database is not empty, or the configured secret key is
/// another one than the backup's.
pub async fn restore(database: &Database, file: &Path) -> anyhow::Result<Restored> {
    let (header, dump) = examine(file)
        .await
        .with_context(|| format!("reading {}", file.display()))?;
    let newest = crate::migrate::newest_known();
    ensure!(
        header.migration <= newest,
        "the backup was made by Campanile {}, which is newer than this one; restore it with that version",
        header.version
    );
    let tables: i64 = sqlx::query_scalar("select count(*) from pg_tables where schemaname = 'public'")
        .fetch_one(&database.pool)
        .await?;
    ensure!(
        tables == 0,
        "the database is not empty; a backup is only restored into an empty place"
    );
    let key: SecretKey = header
        .secret_key
        .parse()
        .map_err(|why| anyhow::anyhow!("the backup's secret key cannot be used: {why}"))?;
    match database.existing_key()? {
        Some(existing) if existing.expose() != key.expose() => bail!(
            "the secret key here is not the backup's: links in sent mails would stop working. Take the configured \
             key away, or set CAMPANILE_SECRET_KEY to the one of the backup (second line of the file)"
        ),
        Some(_) => {}
        None => database.keep_key(&key)?,
    }
    pour(database, file, dump).await?;
    crate::migrate::run(&database.options).await?;
    Ok(Restored {
        created_at: header.created_at,
        version: header.version,
    })
}

/// Reads the whole file once, checks its digest, and says where the dump lies.
async fn examine(path: &Path) -> anyhow::Result<(Header, std::ops::Range<u64>)> {
    let length = tokio::fs::metadata(path).await?.len();
    let mut file = BufReader::with_capacity(256 << 10, File::open(path).await?);
    let mut magic = vec![0; MAGIC.len()];
    let read = file.read_exact(&mut magic).await;
    ensure!(
        read.is_ok() && magic == MAGIC.as_bytes(),
        "this is no backup of Campanile that this version can read"
    );
    let mut line = Vec::new();
    // Bounded: a damaged file may have no further line.
    (&mut file).take(64 << 10).read_until(b'\n', &mut line).await?;
    let start = (magic.len() + line.len()) as u64;
    ensure!(length >= start + DIGEST, "the file is cut off");
    let end = length - DIGEST;

    let mut digest = Sha256::new();
    digest.update(&magic);
    digest.update(&line);
    let mut rest = (&mut file).take(end - start);
    let mut buffer = vec![0; 256 << 10];
    loop {
        let count = rest.read(&mut buffer).await?;
        if count == 0 {
            break;
        }
        digest.update(&buffer[..count]);
    }
    let mut recorded = Vec::new();
    file.read_to_end(&mut recorded).await?;
    ensure!(
        recorded == digest.finalize().as_slice(),
        "the file is damaged: its digest does not agree"
    );
    let header = serde_json::from_slice(&line).context("the description of the backup cannot be read")?;
    Ok((header, start..end))
}

async fn pour(database: &Database, path: &Path, dump: std::ops::Range<u64>) -> anyhow::Result<()> {
    let programs = database.client_programs().await?;
    let mut command = Command::new(programs.program("pg_restore"));
    command.args([
        "--no-owner",
        "--no-privileges",
        "--single-transaction",
        "--exit-on-error",
    ]);
    // `pg_restore` connects only when told a database by name; everything else it takes from the environment.
    command
        .arg("--dbname")
        .arg(database.options.get_database().unwrap_or("campanile"));
    database.point_at(&mut command);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let mut child = command.spawn().context("starting pg_restore")?;
    let mut input = child.stdin.take().context("pg_restore without input")?;
    let mut file = File::open(path).await?;
    tokio::io::AsyncSeekExt::seek(&mut file, std::io::SeekFrom::Start(dump.start)).await?;
    let mut rest = file.take(dump.end - dump.start);
    let pouring = async move {
        // When pg_restore gives up it closes its input; its own message is the one to tell.
        let copied = tokio::io::copy(&mut rest, &mut input).await;
        drop(input.shutdown().await);
        copied
    };
    let (copied, output) = tokio::join!(pouring, child.wait_with_output());
    let output = output?;
    if !output.status.success() {
        bail!(
            "pg_restore failed, nothing was restored: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    copied.context("reading the backup")?;
    Ok(())
}
