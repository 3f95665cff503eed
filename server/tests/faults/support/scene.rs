//! A campaign to be sent, and what it needs: database, relay, people, workers.

use std::path::PathBuf;
use std::process::Command;

use domain::Domain;
use domain::access::{ControlSending, System};
use domain::dispatch;
use domain::keys::{self, Keys};
use domain::testing::{Run, University};
use sqlx::PgPool;
use tempfile::TempDir;
use types::content::Classification;

use super::{PATIENCE, Postgres, Process, Sink, until};

const SECRET: &str = "a secret of the fault tests, long enough to be one";
const PUBLIC_URL: &str = "https://mail.university.test";

/// A launched campaign on an installation of its own; nobody sends yet.
pub struct Scene {
    // Dropped first, while what they talk to is still there.
    pub university: University,
    pub run: Run,
    pub postgres: Postgres,
    pub sink: Sink,
    settings: Vec<(String, String)>,
    folder: TempDir,
}

impl Scene {
    /// People by local part. `settings` are named as in the environment, without `CAMPANILE_`.
    pub async fn new(people: &[String], connections: u16, settings: &[(&str, &str)]) -> Self {
        let (postgres, sink) = (Postgres::start().await, Sink::start());
        let pool = postgres.pool();
        let mut university = University::new(pool.clone()).await.unwrap();
        // It lives in the present, as the workers do.
        let keys = Keys::new(keys::sha256(SECRET.as_bytes()));
        university.domain = Domain::new(pool, keys, PUBLIC_URL);
        let run = launch(&university, people).await;
        let relay = format!("smtp://127.0.0.1:{}?tls=none", sink.port);
        let mut all = vec![
            ("DATABASE_URL", postgres.url()),
            ("SECRET_KEY", SECRET.to_owned()),
            ("PUBLIC_URL", PUBLIC_URL.to_owned()),
            ("SMTP_URL", relay),
            ("SMTP_CONNECTIONS", connections.to_string()),
            ("LOG", "info".to_owned()),
        ];
        all.extend(settings.iter().map(|(name, value)| (*name, (*value).to_owned())));
        Self {
            settings: all
                .into_iter()
                .map(|(name, value)| (format!("CAMPANILE_{name}"), value))
                .collect(),
            university,
            run,
            postgres,
            sink,
            folder: tempfile::Builder::new()
                .prefix("campanile-faults-")
                .tempdir()
                .unwrap(),
        }
    }

    pub fn pool(&self) -> &PgPool {
        self.university.domain.pool()
    }

    /// A worker on a data directory of this name, at work or about to be.
    pub fn worker(&self, data: &str) -> Process {
        self.worker_with(data, &[])
    }

    /// With more in its environment.
    pub fn worker_with(&self, data: &str, environment: &[(&str, PathBuf)]) -> Process {
        self.start("worker", data, environment)
    }

    /// The whole product on a data directory of this name, at this port.
    pub fn server(&self, data: &str, port: u16) -> Process {
        let listen = PathBuf::from(format!("127.0.0.1:{port}"));
        self.start("serve", data, &[("CAMPANILE_LISTEN", listen)])
    }

    fn start(&self, verb: &str, data: &str, environment: &[(&str, PathBuf)]) -> Process {
        let mut command = Command::new(env!("CARGO_BIN_EXE_campanile"));
        command
            .arg(verb)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("CAMPANILE_DATA_DIR", self.folder.path().join(data))
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .current_dir(self.folder.path());
        Process::start(&mut command, &self.folder.path().join(format!("{data}.log")))
    }

    /// A file of the test's own, beside the data directories.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Waits until the relay has accepted so many.
    pub async fn accepted(&self, n: usize) {
        until(&format!("{n} messages accepted"), async || {
            self.sink.accepted() >= n
        })
        .await;
    }

    /// Waits until a rule has bitten so often.
    pub async fn happened(&self, what: &str, n: usize) {
        until(&format!("{n} times {what}"), async || self.sink.count(what) >= n).await;
    }

    /// Waits until the worker said that it is ready, for the n-th time on this data directory.
    pub async fn ready(&self, worker: &mut Process, times: usize) {
        until("the worker is ready", async || {
            assert!(worker.is_alive(), "the worker ended:\n{}", worker.said());
            worker.said_times("worker is ready") >= times
        })
        .await;
    }

    /// The dispatch's state; none while the database is away.
    pub async fn state(&self) -> Option<String> {
        let asked = sqlx::query_scalar("select state from dispatches where id = $1")
            .bind(self.run.dispatch.uuid())
            .fetch_one(self.pool());
        asked.await.ok()
    }

    /// Waits until the dispatch is done; `workers` must live through it.
    pub async fn done(&self, workers: &mut [&mut Process]) {
        let begun = std::time::Instant::now();
        while self.state().await.as_deref() != Some("done") {
            for worker in workers.iter_mut() {
                assert!(worker.is_alive(), "a worker ended:\n{}", worker.said());
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "not done in {PATIENCE:?}: {:?}, {} accepted",
                self.state().await,
                self.sink.accepted()
            );
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }

    /// An operator's act on the dispatch.
    pub async fn act(&self, what: Act) {
        let by = System.grant::<ControlSending>(self.university.admissions);
        let mut tx = self.university.domain.begin().await.unwrap();
        let dispatch = self.run.dispatch;
        let done = match what {
            Act::Pause => dispatch::pause(&mut tx, &by, dispatch).await,
            Act::Resume => dispatch::resume(&mut tx, &by, dispatch).await,
            Act::Cancel => dispatch::cancel(&mut tx, &by, dispatch).await,
        };
        done.unwrap();
        tx.commit().await.unwrap();
    }
}

/// What an operator does to a campaign that is being sent.
#[derive(Clone, Copy)]
pub enum Act {
    Pause,
    Resume,
    Cancel,
}

async fn launch(university: &University, people: &[String]) -> Run {
    let addresses: Vec<String> = people
        .iter()
        .map(|local| format!("{local}@mail.example"))
        .collect();
    let (_, audience) = university.subscribed(&addresses).await.unwrap();
    university
        .launched(university.admissions, Classification::Marketing, &audience)
        .await
        .unwrap()
}

/// Local parts by number: `name-0`, `name-1`, …
pub fn locals(name: &str, n: usize) -> Vec<String> {
    (0..n).map(|n| format!("{name}-{n}")).collect()
}
