//! `campanile migrate`.

use std::process::ExitCode;

use super::Node;
use crate::config::Config;

pub(super) async fn migrate(config: Config, name: &str) -> anyhow::Result<ExitCode> {
    // Opening migrates.
    Node::with(config, name, async |_| Ok(())).await?;
    println!(
        "The database is up to date (migration {}).",
        crate::migrate::newest_known()
    );
    Ok(ExitCode::SUCCESS)
}
