//! Making, starting and stopping the cluster.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use sqlx::Connection;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use tokio::process::{Child, Command};
use tokio::time::Instant;

use super::binaries::{self, Binaries};
use super::directory::{Claim, DataDir};
use super::user::{self, User};
use super::{EmbeddedError, leftovers, place};

/// The cluster's directory below the data directory.
pub(super) const DIRECTORY: &str = "postgres";
pub(super) const LOG: &str = "postgres.log";
const SUPERUSER: &str = "campanile";
const DATABASE: &str = "campanile";
/// After a crash PostgreSQL replays its log first; on a slow disk that takes minutes.
const PATIENCE: Duration = Duration::from_secs(600);

/// A running private cluster, or one run by another process that this one has joined.
#[derive(Debug)]
pub struct Cluster {
    pub(super) tools: Tools,
    pub(super) socket_dir: PathBuf,
    data_dir: PathBuf,
    pub(super) owned: Option<Owned>,
}

/// What only the owner of a cluster has.
#[derive(Debug)]
pub(super) struct Owned {
    pub(super) server: Child,
    // Held until the server has stopped.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "held, not read: dropping it frees the data directory")
    )]
    lock: DataDir,
}

/// The programs, the user they run as, and the cluster they work on.
#[derive(Debug, Clone)]
pub(super) struct Tools {
    pub(super) cluster: PathBuf,
    binaries: Binaries,
    user: User,
    search_path: OsString,
}

impl Tools {
    async fn find(data_dir: &Path, search_path: &OsStr) -> Result<Self, EmbeddedError> {
        let cluster = data_dir.join(DIRECTORY);
        let binaries = Binaries::find(binaries::cluster_major(&cluster), search_path).await?;
        let user = user::choose(&cluster).await?;
        Ok(Self {
            cluster,
            binaries,
            user,
            search_path: search_path.to_owned(),
        })
    }

    /// A program of PostgreSQL's, as the cluster's user, with nothing of our environment: it may hold secrets.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.binaries.program(program));
        command
            .env_clear()
            .env("PATH", &self.search_path)
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC");
        command.current_dir("/").stdin(Stdio::null());
        if user::is_root() {
            command.uid(self.user.uid).gid(self.user.gid);
        }
        command
    }

    async fn run(&self, program: &'static str, command: &mut Command) -> Result<(), EmbeddedError> {
        let output = command.output().await.map_err(|error| EmbeddedError::Program {
            program,
            detail: error.to_string(),
        })?;
        if output.status.success() {
            return Ok(());
        }
        let said = [output.stdout, output.stderr].concat();
        Err(EmbeddedError::Program {
            program,
            detail: String::from_utf8_lossy(&said).trim().to_owned(),
        })
    }

    /// Disconnects clients, writes everything out and waits for the end.
    pub(super) async fn stop(&self, patience: Duration) -> Result<(), EmbeddedError> {
        let mut command = self.command("pg_ctl");
        command.args(["stop", "--silent", "--wait", "--mode=fast", "--timeout"]);
        command
            .arg(patience.as_secs().to_string())
            .arg("--pgdata")
            .arg(&self.cluster);
        self.run("pg_ctl stop", &mut command).await
    }

    async fn initialise(&self) -> Result<(), EmbeddedError> {
        if self.cluster.join("PG_VERSION").exists() {
            return Ok(());
        }
        tracing::info!(version = self.binaries.major, user = %self.user.name, "making the private database cluster");
        // A cluster is made beside its place and renamed, so that a kill halfway leaves nothing that looks like one.
        let fresh = self.cluster.with_extension("new");
        if fresh.exists() {
            std::fs::remove_dir_all(&fresh).map_err(EmbeddedError::file("removing", &fresh))?;
        }
        std::fs::create_dir(&fresh).map_err(EmbeddedError::file("making", &fresh))?;
        if user::is_root() {
            std::os::unix::fs::chown(&fresh, Some(self.user.uid), Some(self.user.gid))
                .map_err(EmbeddedError::file("handing over", &fresh))?;
        }
        let mut command = self.command("initdb");
        command.args(["--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums"]);
        // Whoever gets through the closed socket directory is this user or root; nobody comes by TCP.
        command.args([
            "--auth-local=trust",
            "--auth-host=reject",
            "--username",
            SUPERUSER,
            "--pgdata",
        ]);
        self.run("initdb", command.arg(&fresh)).await?;
        std::fs::rename(&fresh, &self.cluster).map_err(EmbeddedError::file("renaming", &fresh))
    }

    pub(super) fn spawn(&self, socket_dir: &Path, log: File) -> Result<Child, EmbeddedError> {
        let log = Stdio::from(log);
        let mut command = self.command("postgres");
        command.arg("-D").arg(&self.cluster);
        let mut set = |name: &str, value: &OsStr| {
            let mut setting = OsString::from(format!("{name}="));
            setting.push(value);
            command.arg("-c").arg(setting);
        };
        set("unix_socket_directories", socket_dir.as_os_str());
        for (name, value) in SETTINGS {
            set(name, OsStr::new(value));
        }
        // A group of its own: Ctrl-C in a terminal is for Campanile, which then stops the database in order.
        command
            .process_group(0)
            .stdout(Stdio::null())
            .stderr(log)
            .kill_on_drop(false);
        let failed = |error: std::io::Error| EmbeddedError::Program {
            program: "postgres",
            detail: error.to_string(),
        };
        command.spawn().map_err(failed)
    }
}

/// Sound values for a small machine that does other things too.
const SETTINGS: &[(&str, &str)] = &[
    ("listen_addresses", ""),
    ("port", "5432"),
    ("unix_socket_permissions", "0700"),
    ("max_connections", "120"),
    ("shared_buffers", "192MB"),
    ("effective_cache_size", "1GB"),
    ("work_mem", "16MB"),
    ("maintenance_work_mem", "128MB"),
    ("max_wal_size", "2GB"),
    ("min_wal_size", "128MB"),
    ("checkpoint_timeout", "10min"),
    ("wal_compression", "on"),
    ("random_page_cost", "1.1"),
    ("jit", "off"),
    ("timezone", "UTC"),
    ("autovacuum_vacuum_scale_factor", "0.05"),
    ("autovacuum_analyze_scale_factor", "0.02"),
    // Law 10: statements and the details of violated constraints carry people's addresses.
    ("log_min_error_statement", "panic"),
    ("log_error_verbosity", "terse"),
    ("log_min_messages", "warning"),
    ("log_checkpoints", "off"),
];

impl Cluster {
    /// Owns the data directory, makes the cluster if there is none, and starts it.
    ///
    /// # Errors
    /// Everything in [`EmbeddedError`]; nothing keeps running then.
    pub async fn start(data_dir: &Path, command: &str, search_path: &OsStr) -> Result<Self, EmbeddedError> {
        let lock = DataDir::own(data_dir, command)?;
        Self::start_owned(lock, search_path).await
    }

    /// Like [`Cluster::start`], but where another Campanile owns the data directory, its cluster is used. For commands
    /// that an operator runs beside a running server.
    ///
    /// # Errors
    /// As [`Cluster::start`]; and when the other process does not have its database up within half a minute.
    pub async fn start_or_join(data_dir: &Path, command: &str, path: &OsStr) -> Result<Self, EmbeddedError> {
        let holder = match DataDir::claim(data_dir, command)? {
            Claim::Owned(lock) => return Self::start_owned(lock, path).await,
            Claim::Held(holder) => holder,
        };
        let joined = Self {
            tools: Tools::find(data_dir, path).await?,
            socket_dir: place::socket_dir_of(data_dir),
            data_dir: data_dir.to_owned(),
            owned: None,
        };
        tracing::debug!(holder = %holder.description, "joining the cluster of another campanile");
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            match PgConnection::connect_with(&joined.connect_options()).await {
                Ok(connection) => {
                    connection.close().await?;
                    return Ok(joined);
                }
                Err(_) if Instant::now() < until => tokio::time::sleep(Duration::from_millis(100)).await,
                Err(_) => {
                    let path = data_dir.to_owned();
                    return Err(EmbeddedError::InUse {
                        path,
                        holder: holder.description,
                    });
                }
            }
        }
    }

    async fn start_owned(lock: DataDir, search_path: &OsStr) -> Result<Self, EmbeddedError> {
        let data_dir = lock.path().to_owned();
        let tools = Tools::find(&data_dir, search_path).await?;
        place::hand_over(&data_dir, &tools.user).await?;
        let socket_dir = place::socket_dir(&data_dir, &tools.user)?;
        leftovers::clear(&tools, &socket_dir).await?;
        tools.initialise().await?;
        let log = data_dir.join(LOG);
        let server = tools.spawn(&socket_dir, open_log(&log)?)?;
        let mut cluster = Self {
            tools,
            socket_dir,
            data_dir,
            owned: Some(Owned { server, lock }),
        };
        if let Err(error) = cluster.wait_until_ready(&log).await {
            cluster.stop().await;
            return Err(error);
        }
        Ok(cluster)
    }

    pub(super) async fn wait_until_ready(&mut self, log: &Path) -> Result<(), EmbeddedError> {
        let began = Instant::now();
        let mut said = Duration::from_secs(3);
        let maintenance = self.connect_options().database("postgres");
        // Processes of a server that was killed by force need a moment to notice; until then a new one will not start.
        let mut restarts = 0;
        let mut connection = loop {
            match PgConnection::connect_with(&maintenance).await {
                Ok(connection) => break connection,
                Err(_) if began.elapsed() < PATIENCE => {}
                Err(error) => return Err(error.into()),
            }
            if let Some(owned) = &mut self.owned
                && owned
                    .server
                    .try_wait()
                    .map_err(EmbeddedError::file("watching", log))?
                    .is_some()
            {
                restarts += 1;
                if restarts > 5 || !tail(log).contains("shared memory block") {
                    return Err(EmbeddedError::NotStarted {
                        log: log.to_owned(),
                        tail: tail(log),
                    });
                }
                tokio::time::sleep(Duration::from_secs(1)).await;
                owned.server = self.tools.spawn(&self.socket_dir, open_log(log)?)?;
            }
            if began.elapsed() > said {
                tracing::info!("the database is starting (after a crash it first replays its log)");
                said += Duration::from_secs(10);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        let exists =
            sqlx::query_scalar::<_, bool>("select exists (select from pg_database where datname = $1)")
                .bind(DATABASE)
                .fetch_one(&mut connection)
                .await?;
        if !exists {
            sqlx::query("create database campanile")
                .execute(&mut connection)
                .await?;
        }
        Ok(connection.close().await?)
    }

    /// How to connect to Campanile's database in this cluster.
    #[must_use]
    pub fn connect_options(&self) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(&self.socket_dir)
            .port(5432)
            .username(SUPERUSER)
            .database(DATABASE)
    }

    /// The data directory, wherever it came to be.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// Where PostgreSQL's programs are, for backup and restore.
    #[must_use]
    pub fn binaries(&self) -> &Binaries {
        &self.tools.binaries
    }

    /// What is left when Campanile is killed: the server keeps running, the lock is free.
    #[cfg(test)]
    pub(super) fn forget(mut self) {
        if let Some(owned) = self.owned.take() {
            drop(owned.lock);
            std::mem::forget(owned.server);
        }
    }

    /// Stops an owned server and waits for it; one that was joined keeps running.
    pub async fn stop(mut self) {
        match self.end().await {
            Ok(()) => tracing::debug!("the private database has stopped"),
            Err(error) => {
                tracing::error!(%error, "the private database could not be stopped; the next start will recover it");
            }
        }
    }

    pub(super) async fn end(&mut self) -> Result<(), EmbeddedError> {
        let Some(mut owned) = self.owned.take() else {
            return Ok(());
        };
        if !matches!(owned.server.try_wait(), Ok(None)) {
            return Ok(());
        }
        let stopped = self.tools.stop(Duration::from_secs(120)).await;
        // Reaps the child. Whoever ends a whole group of processes (`timeout`, a service manager) has told it already: then
        // there may be nothing left to stop.
        match tokio::time::timeout(Duration::from_secs(2), owned.server.wait()).await {
            Ok(_) => Ok(()),
            Err(_) => stopped,
        }
    }
}

impl Drop for Cluster {
    /// Reached with a server still owned only on a panic or an early return: ask it to stop, without waiting.
    fn drop(&mut self) {
        if self.owned.is_some() {
            let mut stop = self.tools.command("pg_ctl");
            stop.args(["stop", "--silent", "--no-wait", "--mode=fast", "--pgdata"])
                .arg(&self.tools.cluster);
            if let Err(error) = stop.as_std_mut().status() {
                tracing::error!(%error, "the private database could not be told to stop");
            }
        }
    }
}

/// Opens the server's log, starting afresh when it has grown large.
pub(super) fn open_log(path: &Path) -> Result<File, EmbeddedError> {
    const LARGE: u64 = 8 << 20;
    if std::fs::metadata(path).is_ok_and(|log| log.len() > LARGE) {
        let old = path.with_extension("log.old");
        std::fs::rename(path, &old).map_err(EmbeddedError::file("renaming", path))?;
    }
    let opened = File::options().create(true).append(true).open(path);
    opened.map_err(EmbeddedError::file("opening", path))
}

/// The last lines of the server's log.
fn tail(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(12)..].join("\n")
}
