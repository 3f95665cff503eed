//! The domain of an installation whose server runs: what a benchmark prepares and what baselines ask.

use std::path::PathBuf;

use anyhow::{Context, Result};
use domain::{Actor, Domain};
use server::cli::Node;
use server::config::{Config, Sources};
use server::database::Access;
use types::UserId;

use crate::server::Installation;

/// Joins the running server's database and works on it.
pub fn with<T, F: Future<Output = Result<T>>>(
    installation: &Installation,
    work: impl FnOnce(Domain) -> F,
) -> Result<T> {
    let environment = installation.environment();
    let sources = Sources {
        environment,
        directory: PathBuf::from("/"),
        executable: None,
        file: None,
    };
    let config = Config::load(&sources)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let node = Node::open(config, Access::Join, "bench").await?;
        let done = work(node.domain.clone()).await;
        node.database.close().await;
        done
    })
}

/// Somebody of the demo's staff, with everything they may do.
pub async fn staff(domain: &Domain, user: &str) -> Result<Actor> {
    let id: uuid::Uuid = sqlx::query_scalar("select id from users where email like $1 || '@%'")
        .bind(user)
        .fetch_one(domain.pool())
        .await?;
    Actor::load(domain, UserId::from(id))
        .await
        .map_err(failed)?
        .with_context(|| format!("no {user} in the demo"))
}

/// The domain's refusal as an error of a benchmark.
pub fn failed(error: domain::Error) -> anyhow::Error {
    anyhow::anyhow!("{error}")
}
