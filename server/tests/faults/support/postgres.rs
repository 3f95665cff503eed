//! A PostgreSQL server of a test's own, which may be killed and started again.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::str::FromStr;
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, PgConnection, PgPool};
use tempfile::TempDir;

use super::process::{Process, children_of, signal};
use super::{PATIENCE, until};

const SEARCH_PATH: &str = "/usr/local/bin:/usr/bin:/bin";
const DATABASE: &str = "campanile";

/// On a Unix socket. What it acknowledged was handed to the system and is there after a kill; it does not wait for the disk
/// (`fsync`), which would matter only if the whole machine went.
pub struct Postgres {
    server: Option<Process>,
    programs: PathBuf,
    folder: TempDir,
}

impl Postgres {
    /// A running one with Campanile's schema.
    pub async fn start() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("campanile-faults-pg-")
            .tempdir()
            .unwrap();
        std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
        if let Some((user, group)) = unprivileged() {
            std::os::unix::fs::chown(folder.path(), Some(user), Some(group)).unwrap();
        }
        let mut postgres = Self {
            server: None,
            programs: programs(),
            folder,
        };
        let made = postgres
            .program("initdb")
            .args([
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ])
            .arg("--pgdata")
            .arg(postgres.folder.path().join("data"))
            .output()
            .unwrap();
        assert!(
            made.status.success(),
            "initdb: {}",
            String::from_utf8_lossy(&made.stderr)
        );
        postgres.start_again().await;
        let mut connection = postgres.connect("postgres").await;
        sqlx::query("create database campanile")
            .execute(&mut connection)
            .await
            .unwrap();
        connection.close().await.unwrap();
        server::migrate::run(&postgres.options(DATABASE)).await.unwrap();
        postgres
    }

    /// Starts it on the data that is there, and waits until it answers.
    pub async fn start_again(&mut self) {
        let folder = self.folder.path();
        let mut command = self.program("postgres");
        command.arg("-D").arg(folder.join("data"));
        let socket = format!("unix_socket_directories={}", folder.display());
        for setting in [
            socket.as_str(),
            "listen_addresses=",
            "fsync=off",
            "max_connections=200",
            "shared_buffers=128MB",
            "autovacuum=off",
        ] {
            command.args(["-c", setting]);
        }
        // A group of its own: Ctrl-C is for the test, which then stops it.
        command.process_group(0);
        self.server = Some(Process::start(&mut command, &folder.join("log")));
        let options = self.options("postgres");
        let server = self.server.as_mut().unwrap();
        until("PostgreSQL answers", async || {
            assert!(server.is_alive(), "PostgreSQL ended:\n{}", server.said());
            match PgConnection::connect_with(&options).await {
                Ok(connection) => connection.close().await.is_ok(),
                Err(_) => false,
            }
        })
        .await;
    }

    /// `kill -9` of the postmaster and of every process it started.
    pub fn kill(&mut self) {
        let server = self.server.take().expect("it runs");
        let backends = children_of(server.id());
        assert!(server.kill(), "it was alive");
        for backend in &backends {
            if Path::new("/proc").join(backend.to_string()).exists() {
                // It may notice the postmaster's end and go by itself before this.
                let _ = Command::new("kill")
                    .args(["-s", "KILL", &backend.to_string()])
                    .stderr(Stdio::null())
                    .status();
            }
        }
        // What is left of them would keep the shared memory, and a new server from starting.
        let begun = Instant::now();
        while backends
            .iter()
            .any(|it| Path::new("/proc").join(it.to_string()).exists())
        {
            assert!(begun.elapsed() < PATIENCE, "backends that cannot be killed");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The address for `CAMPANILE_DATABASE_URL`.
    pub fn url(&self) -> String {
        format!(
            "postgres://postgres@localhost/{DATABASE}?host={}",
            self.folder.path().display()
        )
    }

    /// A pool for a test's own questions. Its connections are found broken, and replaced, after a kill.
    pub fn pool(&self) -> PgPool {
        PgPoolOptions::new()
            .max_connections(4)
            .acquire_timeout(PATIENCE)
            .connect_lazy_with(self.options(DATABASE))
    }

    /// Whether the server refuses to write, for every session but the one that says so; sessions that are open are ended.
    pub async fn read_only(&self, on: bool) {
        let mut connection = self.connect(DATABASE).await;
        let value = if on { "on" } else { "off" };
        for statement in [
            "set default_transaction_read_only = off".to_owned(),
            format!("alter system set default_transaction_read_only = {value}"),
            "select pg_reload_conf()".to_owned(),
            "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'".to_owned(),
        ] {
            sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut connection).await.unwrap();
        }
        connection.close().await.unwrap();
        // The postmaster reads its settings when it comes to it.
        let options = self.options(DATABASE);
        until("the setting holds", async || {
            let mut connection = PgConnection::connect_with(&options).await.unwrap();
            let now: String = sqlx::query_scalar("show transaction_read_only")
                .fetch_one(&mut connection)
                .await
                .unwrap();
            connection.close().await.unwrap();
            now == value
        })
        .await;
    }

    async fn connect(&self, database: &str) -> PgConnection {
        PgConnection::connect_with(&self.options(database)).await.unwrap()
    }

    fn options(&self, database: &str) -> PgConnectOptions {
        PgConnectOptions::from_str(&self.url())
            .unwrap()
            .database(database)
    }

    /// One of its programs, as its user.
    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command
            .env_clear()
            .env("PATH", SEARCH_PATH)
            .env("LC_ALL", "C.UTF-8")
            .current_dir("/");
        if let Some((user, group)) = unprivileged() {
            command.uid(user).gid(group);
        }
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take().filter(|_| !std::thread::panicking())
            && server.is_alive()
        {
            // At once, without writing anything out: the data goes with it.
            signal(server.id(), "QUIT");
            let begun = Instant::now();
            while server.is_alive() && begun.elapsed() < Duration::from_secs(10) {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }
}

/// The folder of PostgreSQL's server programs.
fn programs() -> PathBuf {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/postgres-bin.sh");
    let said = Command::new(script).output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    PathBuf::from(String::from_utf8(said.stdout).unwrap().trim())
}

/// PostgreSQL refuses to run as root: user and group to run it as then.
fn unprivileged() -> Option<(u32, u32)> {
    let id = |args: &[&str]| -> Option<u32> {
        let output = Command::new("id")
            .args(args)
            .stderr(Stdio::null())
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap().trim().parse().ok()
    };
    let of = |name: &str| id(&["-u", name]).zip(id(&["-g", name]));
    match id(&["-u"]) {
        Some(0) => of("postgres").or_else(|| of("nobody")),
        _ => None,
    }
}
