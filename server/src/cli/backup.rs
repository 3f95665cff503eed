//! `campanile backup FILE` and `campanile restore FILE`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use domain::Clock;

use super::{Node, signals};
use crate::config::Config;
use crate::database::{Access, Database};

#[derive(Debug, Args)]
pub(super) struct BackupOptions {
    /// Where to write it; must not exist yet. Contains the secret key: keep it like one.
    file: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct RestoreOptions {
    /// A file made by `campanile backup`.
    file: PathBuf,
}

pub(super) async fn backup(config: Config, name: &str, options: BackupOptions) -> anyhow::Result<ExitCode> {
    let node = Node::open(config, Access::Join, name).await?;
    // So that the backup can be verified as far as it goes.
    domain::audit_chain::extend(&node.domain).await?;
    let written = tokio::select! {
        written = crate::backup::write(&node.database, &options.file, node.domain.now()) => written,
        () = signals::stop() => Err(anyhow::anyhow!("stopped by the operator")),
    };
    node.database.close().await;
    println!(
        "Wrote {} ({} bytes). It contains the secret key: keep it safe.",
        options.file.display(),
        written?.bytes
    );
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn restore(config: Config, name: &str, options: RestoreOptions) -> anyhow::Result<ExitCode> {
    let began = domain::SystemClock.now();
    // Not a `Node`: opening one would migrate, and the place has to be empty.
    let database = Database::open(&config, Access::Own, name).await?;
    let restored = tokio::select! {
        restored = crate::backup::restore(&database, &options.file) => restored,
        () = signals::stop() => Err(anyhow::anyhow!("stopped by the operator")),
    };
    database.close().await;
    let restored = restored?;
    let took = domain::SystemClock.now().duration_since(began);
    println!(
        "Restored the backup of {} (Campanile {}) in {} seconds. Run `campanile verify` to check it.",
        restored.created_at,
        restored.version,
        took.as_secs()
    );
    Ok(ExitCode::SUCCESS)
}
