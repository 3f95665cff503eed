//! What a command works with: configuration, database, domain.

use std::future::Future;

use domain::Domain;
use domain::keys::{self, Keys};

use super::signals;
use crate::config::Config;
use crate::database::{Access, Database};

/// One process's hold on the installation.
pub struct Node {
    /// How it was configured.
    pub config: Config,
    /// The open database.
    pub database: Database,
    /// Rules and rows.
    pub domain: Domain,
}

impl Node {
    /// Opens the database, brings its schema up to date and derives the keys.
    ///
    /// # Errors
    /// With a message for the operator.
    pub async fn open(config: Config, access: Access, command: &str) -> anyhow::Result<Self> {
        let database = Database::open(&config, access, command).await?;
        let prepared = async {
            crate::migrate::run(&database.options).await?;
            database.key_is_not_lost().await?;
            database.secret_key()
        };
        let key = match prepared.await {
            Ok(key) => key,
            Err(error) => {
                database.close().await;
                return Err(error);
            }
        };
        // The text may have any form; its digest is the master key.
        let keys = Keys::new(keys::sha256(key.expose().as_bytes()));
        let domain = Domain::new(database.pool.clone(), keys, config.http.public_url.origin());
        Ok(Self {
            config,
            database,
            domain,
        })
    }

    /// Opens, does one thing (until it is done, or the operator stops it) and closes in order.
    ///
    /// # Errors
    /// Those of opening and of the work; an interruption is one too.
    pub async fn with<T, F>(
        config: Config,
        command: &str,
        work: impl FnOnce(Domain) -> F,
    ) -> anyhow::Result<T>
    where
        F: Future<Output = anyhow::Result<T>>,
    {
        let node = Self::open(config, Access::Join, command).await?;
        let done = tokio::select! {
            done = work(node.domain.clone()) => done,
            () = signals::stop() => Err(anyhow::anyhow!("stopped by the operator")),
        };
        node.database.close().await;
        done
    }
}
