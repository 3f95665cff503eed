//! Background work of one process: sending by lane, jobs of the queue, what is due by the clock, the capture inbox.
//!
//! Everything here may run in any number of processes on one database: who does what is decided there, by leases. A task
//! that panics is started again; when the process is asked to stop, what is in flight is finished and recorded first.

mod capture;
mod mail;
mod relays;
mod runner;
mod scheduler;
mod tasks;

pub use capture::CapturedMail;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use delivery::Backoff;
use delivery::email::Relay;
use delivery::http::Client;
use domain::Domain;
use domain::dispatch::Lane;
use tokio_util::sync::{CancellationToken, DropGuard};

use sqlx::postgres::PgPoolOptions;
use uuid::Uuid;

use crate::engine::{self, Engine, Intake, Relays, Threads};
use tasks::Tasks;

/// How this process sends.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The relay; none: mail is captured.
    pub relay: Option<Relay>,
    /// Connections held open for campaigns; the urgent lanes have some of their own beside them.
    pub connections: u16,
    /// How long each step of the exchange with a relay may take; none: as RFC 5321 says.
    pub timeout: Option<Duration>,
    /// When deferred messages are tried again.
    pub backoff: Backoff,
    /// How long a worker may be silent before its chunks are given to another.
    pub lease: Duration,
    /// Where this process keeps its journals: a directory of this machine.
    pub journal: PathBuf,
    /// What webhooks are posted with; none: this process posts none.
    pub http: Option<Client>,
}

impl Settings {
    /// The usual ones, with the relay given.
    #[must_use]
    pub fn new(relay: Option<Relay>, connections: u16, journal: PathBuf) -> Self {
        Self {
            relay,
            connections: connections.max(1),
            timeout: None,
            backoff: Backoff::MAIL,
            lease: Duration::from_secs(60),
            journal,
            http: None,
        }
    }
}

/// Database connections of a worker, beside those of the server.
const SENDING_CONNECTIONS: u32 = 6;
/// After a panic.
const REST: Duration = Duration::from_secs(1);

/// What all tasks share.
pub(crate) struct Shared {
    domain: Domain,
    relays: Arc<Relays>,
    /// Of this node's journals: whose dead workers it settles.
    host: Uuid,
    stop: CancellationToken,
}

/// The running background work; stop it before the database is closed. Dropped, it stops without anybody waiting for it.
pub struct Jobs {
    stop: DropGuard,
    intake: Arc<Intake>,
    tasks: Tasks,
}

impl Jobs {
    /// Starts everything. Without a relay a capture inbox is started on loopback and used as one, so that a demo sends
    /// through the very same pipeline.
    ///
    /// # Errors
    /// When the relay's settings cannot be used, or no port is free for the capture inbox.
    pub async fn start(domain: Domain, settings: Settings) -> anyhow::Result<Self> {
        let stop = CancellationToken::new();
        // The inbox outlives the senders, who finish what is in flight to it.
        let inbox_stop = CancellationToken::new();
        let mut tasks = Tasks::new(inbox_stop.clone());
        let relay = match &settings.relay {
            Some(relay) => with_authorities(relay.clone())?,
            None => capture::start(&domain, &mut tasks, inbox_stop).await?,
        };
        let relays = Arc::new(Relays::default());
        let shared = Arc::new(Shared {
            host: engine::host(&domain, &settings.journal)?,
            relays: Arc::clone(&relays),
            stop: stop.clone(),
            domain: domain.clone(),
        });
        let fallback = relays::Fallback {
            relay,
            connections: settings.connections,
            timeout: settings.timeout,
        };
        let version = relays::set(&shared, &fallback).await?;
        tasks.run(relays::follow(Arc::clone(&shared), fallback, version));
        if let Some(client) = &settings.http {
            let (domain, client, stop) = (domain.clone(), client.clone(), stop.clone());
            tasks.keep_running("webhooks", stop.clone(), move || {
                crate::webhooks::run(domain.clone(), client.clone(), stop.clone())
            });
        }
        let intake = Arc::new(Intake::default());
        let urgent = (
            domain.clone(),
            settings.clone(),
            Arc::clone(&relays),
            Arc::clone(&intake),
            stop.clone(),
        );
        tasks.run(async move {
            let (domain, settings, relays, intake, stop) = urgent;
            let lanes = [Lane::Transactional, Lane::Operational];
            keep_sending(&domain, &settings, &relays, &lanes, Some(&intake), &stop).await;
        });
        let campaigns = (settings, stop.clone());
        let threads = Threads::start(move || async move {
            let (settings, stop) = campaigns;
            keep_sending(&domain, &settings, &relays, &[Lane::Marketing], None, &stop).await;
        })?;
        tasks.run(threads.join());
        for kinds in runner::GROUPS {
            let shared = Arc::clone(&shared);
            tasks.keep_running("runner", stop.clone(), move || {
                runner::run(Arc::clone(&shared), kinds)
            });
        }
        for (name, work) in scheduler::WORK {
            let shared = Arc::clone(&shared);
            tasks.keep_running(name, stop.clone(), move || {
                scheduler::run(Arc::clone(&shared), work)
            });
        }
        Ok(Self {
            stop: stop.drop_guard(),
            intake,
            tasks,
        })
    }

    /// Where triggered messages are handed in.
    #[must_use]
    pub fn intake(&self) -> Arc<Intake> {
        Arc::clone(&self.intake)
    }

    /// Finishes what is in flight, writes it down and ends. Waits at most half a minute; what a relay has not answered by
    /// then is ambiguous, and counted as such by whoever takes over.
    pub async fn stop(self) {
        drop(self.stop);
        self.tasks.join(Duration::from_secs(30)).await;
    }
}

/// Reads the file of certificate authorities that the relay's address names (`ca=`).
fn with_authorities(mut relay: Relay) -> anyhow::Result<Relay> {
    if let Some(file) = &relay.authorities_file {
        relay.authorities = std::fs::read(file)
            .with_context(|| format!("reading the relay's certificate authorities from {file}"))?;
    }
    Ok(relay)
}

/// A worker until the process stops; a bug that ends one begins the next, which settles what the former had in hand.
async fn keep_sending(
    domain: &Domain,
    settings: &Settings,
    relays: &Arc<Relays>,
    lanes: &[Lane],
    intake: Option<&Intake>,
    stop: &CancellationToken,
) {
    // A process that is frozen inside a transaction keeps its rows locked, and nobody could take over its chunks: the database ends
    // such a transaction when the lease ends.
    let options = (*domain.pool().connect_options()).clone();
    let patience = format!("{}ms", settings.lease.as_millis());
    let pool = PgPoolOptions::new()
        .max_connections(SENDING_CONNECTIONS)
        .acquire_timeout(Duration::from_secs(15))
        .connect_lazy_with(options.options([("idle_in_transaction_session_timeout", patience)]));
    let domain = domain.clone().with_pool(pool.clone());
    while !stop.is_cancelled() {
        let run = Engine::run(
            domain.clone(),
            settings.clone(),
            Arc::clone(relays),
            lanes,
            intake,
            stop.clone(),
        );
        if let Err(error) = run.await {
            tracing::error!(error = format!("{error:#}"), "sending stopped; starting it again");
            tokio::time::sleep(REST).await;
        }
    }
    pool.close().await;
}
