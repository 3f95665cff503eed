//! `campanile import contacts|suppressions` and `campanile export contacts`: the same code as in the console.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use clap::{Args, Subcommand};
use domain::access::{ExportContacts, ImportContacts, ManageSuppressions, ReadContacts, ReadTopics, System};
use domain::imports::{self, MayImport, Upload};
use domain::{Domain, Granted, contacts, topics};
use futures::StreamExt;
use tokio::io::AsyncReadExt;
use types::imports::{Dialect, Encoding, Import, ImportOptions, ImportStatus, Separator};
use types::suppressions::SuppressionReason;
use types::{ImportId, PageQuery, TopicId, UnitId};

use super::Node;
use crate::config::Config;

/// Bytes read from the file at a time.
const PIECE: usize = 256 * 1024;

#[derive(Debug, Subcommand)]
pub(super) enum ImportWhat {
    /// People from a CSV file.
    Contacts(ImportContactsOptions),
    /// Addresses never to write to, from a CSV file.
    Suppressions(ImportSuppressionsOptions),
}

#[derive(Debug, Args)]
pub(super) struct FileOptions {
    /// Key of the unit.
    #[arg(long)]
    unit: String,
    /// The file.
    #[arg(long)]
    file: PathBuf,
    /// utf-8, utf-16le, utf-16be, windows-1250, windows-1252 or iso-8859-2 (default: guessed).
    #[arg(long)]
    encoding: Option<Encoding>,
    /// comma, semicolon, tab or pipe (default: guessed).
    #[arg(long)]
    separator: Option<Separator>,
    /// The first line is a row, not the headings.
    #[arg(long)]
    no_header: bool,
}

#[derive(Debug, Args)]
pub(super) struct ImportContactsOptions {
    #[command(flatten)]
    file: FileOptions,
    /// Key of the topic to subscribe the people to (never those who once left it).
    #[arg(long)]
    topic: Option<String>,
    /// What the people agreed to, in the words they saw.
    #[arg(
        long,
        requires = "topic",
        default_value = "Consent given before the import; kept by the unit."
    )]
    consent: String,
    /// Version of those words.
    #[arg(long, requires = "topic", default_value = "")]
    consent_version: String,
}

#[derive(Debug, Args)]
pub(super) struct ImportSuppressionsOptions {
    #[command(flatten)]
    file: FileOptions,
    /// unwanted, undeliverable or complaint.
    #[arg(long, default_value = "unwanted")]
    reason: SuppressionReason,
}

#[derive(Debug, Subcommand)]
pub(super) enum ExportWhat {
    /// The people of a unit, as CSV.
    Contacts {
        /// Key of the unit.
        #[arg(long)]
        unit: String,
        /// Where to write (default: standard output).
        #[arg(long)]
        file: Option<PathBuf>,
    },
}

pub(super) async fn import(config: Config, name: &str, what: ImportWhat) -> anyhow::Result<ExitCode> {
    Node::with(config, name, async |domain| match what {
        ImportWhat::Contacts(options) => {
            let unit = unit(&domain, &options.file.unit).await?;
            let topic_id = match &options.topic {
                Some(key) => Some(topic(&domain, unit, key).await?),
                None => None,
            };
            let chosen = ImportOptions {
                topic_id,
                consent_wording: if topic_id.is_some() {
                    options.consent
                } else {
                    String::new()
                },
                consent_version: options.consent_version,
                ..ImportOptions::default()
            };
            carry_out(
                &domain,
                &System.grant::<ImportContacts>(unit),
                &options.file,
                chosen,
            )
            .await
        }
        ImportWhat::Suppressions(options) => {
            let unit = unit(&domain, &options.file.unit).await?;
            let chosen = ImportOptions {
                reason: Some(options.reason),
                ..ImportOptions::default()
            };
            carry_out(
                &domain,
                &System.grant::<ManageSuppressions>(unit),
                &options.file,
                chosen,
            )
            .await
        }
    })
    .await
}

pub(super) async fn export(config: Config, name: &str, what: ExportWhat) -> anyhow::Result<ExitCode> {
    let ExportWhat::Contacts { unit: key, file } = what;
    Node::with(config, name, async |domain| {
        let by: Granted<ExportContacts> = System.grant(unit(&domain, &key).await?);
        let mut out: Box<dyn Write + Send> = match &file {
            Some(path) => {
                Box::new(std::fs::File::create(path).with_context(|| format!("writing {}", path.display()))?)
            }
            None => Box::new(std::io::stdout()),
        };
        out.write_all(domain::spreadsheet::BYTE_ORDER_MARK)?;
        let mut pieces = std::pin::pin!(contacts::export(&domain, by, PageQuery::default()));
        while let Some(piece) = pieces.next().await {
            out.write_all(&piece?)?;
        }
        out.flush()?;
        Ok(ExitCode::SUCCESS)
    })
    .await
}

async fn carry_out<P: MayImport>(
    domain: &Domain,
    by: &Granted<P>,
    file: &FileOptions,
    mut options: ImportOptions,
) -> anyhow::Result<ExitCode> {
    let mut source = tokio::fs::File::open(&file.file)
        .await
        .with_context(|| format!("reading {}", file.file.display()))?;
    let mut upload = Upload::begin(domain, by, &file.file.to_string_lossy()).await?;
    let mut piece = vec![0; PIECE];
    loop {
        let read = source
            .read(&mut piece)
            .await
            .with_context(|| format!("reading {}", file.file.display()))?;
        if read == 0 {
            break;
        }
        upload.push(piece.get(..read).unwrap_or_default()).await?;
    }
    let id = upload.finish().await.context("the file is empty or no table")?;
    let mut tx = domain.begin().await?;
    let guessed = imports::preview(&mut tx, by, id, None).await?;
    let dialect = Dialect {
        encoding: file.encoding.unwrap_or(guessed.dialect.encoding),
        separator: file.separator.unwrap_or(guessed.dialect.separator),
        header: guessed.dialect.header && !file.no_header,
    };
    let seen = imports::preview(&mut tx, by, id, Some(dialect)).await?;
    options.dialect = dialect;
    options.targets = seen.targets;
    for (column, target) in seen.columns.iter().zip(&options.targets) {
        eprintln!("  {column}: {target:?}");
    }
    imports::start(&mut tx, by, id, &options)
        .await
        .context("no column holds addresses or keys")?;
    tx.commit().await?;
    let reading: Granted<ReadContacts> = System.grant(by.unit());
    let progress = async {
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
            if let Ok(import) = see(domain, &reading, id).await {
                let pace = import.pace();
                eprint!(
                    "\r  {}.{} %, {} rows/s   ",
                    pace.permille / 10,
                    pace.permille % 10,
                    pace.rows_per_second
                );
            }
        }
    };
    // A worker may have taken the job already; then it is only watched.
    let done = tokio::select! {
        done = work(domain, &reading, id) => done?,
        () = progress => bail!("unreachable"),
    };
    eprintln!();
    report(&done);
    Ok(if done.status == ImportStatus::Finished {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn work(domain: &Domain, by: &Granted<ReadContacts>, id: ImportId) -> anyhow::Result<Import> {
    loop {
        let status = imports::run(domain, id).await?;
        if status.is_over() {
            return see(domain, by, id).await;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

async fn see(domain: &Domain, by: &Granted<ReadContacts>, id: ImportId) -> anyhow::Result<Import> {
    let mut tx = domain.begin().await?;
    imports::get(&mut tx, by, id)
        .await?
        .ok_or_else(|| anyhow!("the import is gone"))
}

fn report(import: &Import) {
    println!("{}: {} rows", import.status, import.rows_read);
    println!("  new in the unit    {}", import.rows_created);
    println!("  changed            {}", import.rows_updated);
    println!("  unchanged          {}", import.rows_unchanged);
    println!("  repeated in file   {}", import.rows_duplicate);
    println!("  with errors        {}", import.rows_failed);
    if import.options.topic_id.is_some() {
        println!("  newly subscribed   {}", import.rows_subscribed);
        println!("  said no, left so   {}", import.rows_kept_out);
    }
    if let Some(failure) = &import.failure {
        println!("  why                {failure}");
    }
}

async fn unit(domain: &Domain, key: &str) -> anyhow::Result<UnitId> {
    super::words::unit(&mut domain.begin().await?, key).await
}

async fn topic(domain: &Domain, unit: UnitId, key: &str) -> anyhow::Result<TopicId> {
    let mut tx = domain.begin().await?;
    let topics = topics::list(&mut tx, &System.grant::<ReadTopics>(unit)).await?;
    let found = topics
        .iter()
        .find(|topic| topic.key == key && topic.archived_at.is_none());
    found.map(|topic| topic.id).ok_or_else(|| {
        let keys: Vec<&str> = topics.iter().map(|topic| topic.key.as_str()).collect();
        anyhow!("the unit has no topic {key}; it has {}", keys.join(", "))
    })
}
