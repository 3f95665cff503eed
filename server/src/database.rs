//! The way from the configuration to a pool of connections, whichever server is used.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use base64::Engine;
use rand::RngCore;
use secrecy::{ExposeSecret, SecretString};
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use url::Url;

use crate::config::{Config, Database as Configured, SecretKey};
use crate::embedded::{Cluster, place};

/// The oldest server the schema works on, as `server_version_num`.
const OLDEST_SERVER: i32 = 150_000;

const KEY_FILE: &str = "secret.key";

/// How a command uses the private cluster. An external server may always be shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It must be ours alone: servers, restoring.
    Own,
    /// One that another Campanile runs is fine: commands beside a running server.
    Join,
}

/// An open database, and what has to be done when it is closed.
#[derive(Debug)]
pub struct Database {
    /// Connections for everything in this process.
    pub pool: PgPool,
    /// How they were made.
    pub options: PgConnectOptions,
    /// Where keys and journals live; the embedded database may have moved it.
    pub data_dir: PathBuf,
    cluster: Option<Cluster>,
    /// The external server's address, whose password the options do not give back.
    address: Option<SecretString>,
    configured_key: Option<SecretKey>,
    search_path: OsString,
}

impl Database {
    /// Connects, starting the private cluster first where none is configured.
    ///
    /// `command` says in messages of other processes what holds the data directory.
    ///
    /// # Errors
    /// When the database cannot be started or reached, or is too old. The messages are for the operator.
    pub async fn open(config: &Config, access: Access, command: &str) -> anyhow::Result<Self> {
        let (cluster, options, data_dir) = match config.database.server.external() {
            Some(options) => (None, options, config.data_dir.clone()),
            None => {
                debug_assert!(matches!(config.database.server, Configured::Embedded));
                let data_dir = place::data_dir(&config.data_dir).await?;
                let cluster = match access {
                    Access::Own => Cluster::start(&data_dir, command, &config.search_path).await?,
                    Access::Join => Cluster::start_or_join(&data_dir, command, &config.search_path).await?,
                };
                let options = cluster.connect_options();
                (Some(cluster), options, data_dir)
            }
        };
        let options = options.application_name("campanile");
        let pool = PgPoolOptions::new()
            .max_connections(config.database.connections)
            .acquire_timeout(Duration::from_secs(15))
            .connect_lazy_with(options.clone());
        let database = Self {
            pool,
            options,
            data_dir,
            cluster,
            address: match &config.database.server {
                Configured::External(address) => Some(address.clone()),
                Configured::Embedded => None,
            },
            configured_key: config.secret_key.clone(),
            search_path: config.search_path.clone(),
        };
        match database.check_version().await {
            Ok(()) => Ok(database),
            Err(error) => {
                database.close().await;
                Err(error)
            }
        }
    }

    async fn check_version(&self) -> anyhow::Result<()> {
        let version = self
            .server_version()
            .await
            .context("the database cannot be reached")?;
        if version < OLDEST_SERVER {
            bail!(
                "PostgreSQL 15 or newer is needed; the configured server is {}",
                version / 10_000
            );
        }
        Ok(())
    }

    /// The server's version as a number: 150004 is 15.4.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn server_version(&self) -> sqlx::Result<i32> {
        sqlx::query_scalar("select current_setting('server_version_num')::integer")
            .fetch_one(&self.pool)
            .await
    }

    /// Whether the rows live in the private cluster.
    #[must_use]
    pub fn is_embedded(&self) -> bool {
        self.cluster.is_some()
    }

    /// PostgreSQL's client programs that fit the server.
    ///
    /// # Errors
    /// When there are none on this machine.
    pub async fn client_programs(&self) -> anyhow::Result<crate::embedded::Binaries> {
        let major = u32::try_from(self.server_version().await? / 10_000)?;
        Ok(crate::embedded::Binaries::find_clients(major, &self.search_path).await?)
    }

    /// Tells one of PostgreSQL's programs where the database is: by its environment, since arguments (and with them
    /// a password) can be read by every user of the machine.
    pub fn point_at(&self, command: &mut tokio::process::Command) {
        let options = &self.options;
        let host = options
            .get_socket()
            .map_or_else(|| options.get_host().into(), |path| path.as_os_str().to_owned());
        command
            .env("PGHOST", host)
            .env("PGPORT", options.get_port().to_string());
        command
            .env("PGUSER", options.get_username())
            .env("PGAPPNAME", "campanile");
        command.env(
            "PGDATABASE",
            options.get_database().unwrap_or_else(|| options.get_username()),
        );
        let Some(address) = self
            .address
            .as_ref()
            .and_then(|url| Url::parse(url.expose_secret()).ok())
        else {
            return;
        };
        if let Some(password) = address.password() {
            command.env(
                "PGPASSWORD",
                crate::config::percent_decode(password).unwrap_or_default(),
            );
        }
        for (name, value) in address.query_pairs() {
            let variable = match name.as_ref() {
                "sslmode" | "ssl-mode" => "PGSSLMODE",
                "sslrootcert" | "ssl-root-cert" | "ssl-ca" => "PGSSLROOTCERT",
                "sslcert" | "ssl-cert" => "PGSSLCERT",
                "sslkey" | "ssl-key" => "PGSSLKEY",
                _ => continue,
            };
            command.env(variable, value.as_ref());
        }
    }

    /// The installation's secret: configured, or kept in the data directory, where the first call makes it.
    ///
    /// # Errors
    /// When the file cannot be read or made, or does not hold a usable key.
    pub fn secret_key(&self) -> anyhow::Result<SecretKey> {
        match &self.configured_key {
            Some(key) => Ok(key.clone()),
            None => read_or_make_key(&self.data_dir),
        }
    }

    /// The secret where there is one already.
    ///
    /// # Errors
    /// When there is one that cannot be read.
    pub fn existing_key(&self) -> anyhow::Result<Option<SecretKey>> {
        if self.configured_key.is_none() && !self.data_dir.join(KEY_FILE).exists() {
            return Ok(None);
        }
        self.secret_key().map(Some)
    }

    /// Refuses to go on with a new secret where the old one is needed: links in mails that were sent would be dead, and what
    /// is stored encrypted could not be read.
    ///
    /// # Errors
    /// When somebody uses the database already and there is no secret.
    pub async fn key_is_not_lost(&self) -> anyhow::Result<()> {
        if self.existing_key()?.is_some() {
            return Ok(());
        }
        let used: bool = sqlx::query_scalar("select exists (select from users)")
            .fetch_one(&self.pool)
            .await?;
        if used {
            bail!(
                "the database is in use, but its secret key is missing: {}. Put it back (it is part of every backup), or set \
                 CAMPANILE_SECRET_KEY",
                self.data_dir.join(KEY_FILE).display()
            );
        }
        Ok(())
    }

    /// Puts a restored secret into the data directory, which must not have one.
    ///
    /// # Errors
    /// When the file exists or cannot be written.
    pub fn keep_key(&self, key: &SecretKey) -> anyhow::Result<()> {
        write_key(&self.data_dir, key.expose()).context("the restored secret key cannot be kept")
    }

    /// Starts the private cluster again whenever it ends by itself; does nothing for an external server. Never returns.
    pub async fn keep_running(&mut self) {
        match &mut self.cluster {
            Some(cluster) => cluster.keep_running().await,
            None => std::future::pending().await,
        }
    }

    /// Closes all connections and stops an owned cluster.
    pub async fn close(self) {
        // Work that still holds a connection must not keep the process alive for ever.
        if tokio::time::timeout(Duration::from_secs(10), self.pool.close())
            .await
            .is_err()
        {
            tracing::warn!("some database connections are still busy; closing anyway");
        }
        if let Some(cluster) = self.cluster {
            cluster.stop().await;
        }
    }
}

fn read_or_make_key(data_dir: &Path) -> anyhow::Result<SecretKey> {
    let file = data_dir.join(KEY_FILE);
    if !file.exists() {
        let mut bytes = [0_u8; 32];
        rand::rng().fill_bytes(&mut bytes);
        let made = write_key(data_dir, &base64::engine::general_purpose::STANDARD.encode(bytes));
        // Another process may have been quicker; its key counts.
        if let Err(error) = made
            && error.kind() != std::io::ErrorKind::AlreadyExists
        {
            return Err(error).with_context(|| format!("making {}", file.display()));
        }
    }
    let text = std::fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
    text.parse()
        .map_err(|why| anyhow::anyhow!("{} does not hold a secret key: {why}", file.display()))
}

/// Writes the key beside its place and links it there, so that nobody ever reads half of it and none is replaced.
fn write_key(data_dir: &Path, text: &str) -> std::io::Result<()> {
    std::fs::create_dir_all(data_dir)?;
    let fresh = data_dir.join(format!("{KEY_FILE}.{}", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&fresh)?;
    let linked = writeln!(file, "{text}")
        .and_then(|()| file.sync_all())
        .and_then(|()| std::fs::hard_link(&fresh, data_dir.join(KEY_FILE)));
    std::fs::remove_file(&fresh)?;
    linked.and_then(|()| File::open(data_dir)?.sync_all())
}
