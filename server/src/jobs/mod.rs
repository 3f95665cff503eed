//! Background work of one process: sending by lane, jobs of the queue, what is due by the clock, the capture inbox.
//!
//! Everything here may run in any number of processes on one database: who does what is decided there, by leases. A task
//! that panics is started again; when the process is asked to stop, what is in flight is finished and recorded first.

mod board;
mod breaker;
mod capture;
mod chunk;
mod hand_over;
mod mail;
mod prepared;
mod runner;
mod scheduler;
mod sender;
mod tasks;

pub use capture::CapturedMail;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use delivery::Backoff;
use delivery::email::{Connector, Relay};
use domain::Domain;
use domain::dispatch::Lane;
use domain::tokens::Tokens;
use tokio_util::sync::CancellationToken;

use board::Board;
use breaker::Breaker;
use prepared::PreparedCache;
use tasks::Tasks;

/// How this process sends.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The relay; none: mail is captured.
    pub relay: Option<Relay>,
    /// Connections held open for campaigns; the urgent lanes have some of their own beside them.
    pub connections: u16,
    /// When deferred messages are tried again.
    pub backoff: Backoff,
    /// How long a worker may be silent before its chunk is given to another.
    pub lease: Duration,
}

impl Settings {
    /// The usual ones, with the relay given.
    #[must_use]
    pub fn new(relay: Option<Relay>, connections: u16) -> Self {
        Self {
            relay,
            connections: connections.max(1),
            backoff: Backoff::MAIL,
            lease: Duration::from_secs(60),
        }
    }
}

/// What all tasks share.
pub(crate) struct Shared {
    domain: Domain,
    settings: Settings,
    connector: Connector,
    tokens: Tokens,
    board: Board,
    breaker: Breaker,
    prepared: PreparedCache,
    stop: CancellationToken,
}

/// The running background work; stop it before the database is closed.
pub struct Jobs {
    stop: CancellationToken,
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
        let shared = Arc::new(Shared {
            tokens: Tokens::new(domain.keys()),
            connector: relay.connector()?,
            board: Board::default(),
            breaker: Breaker::default(),
            prepared: PreparedCache::default(),
            stop: stop.clone(),
            settings,
            domain,
        });
        for lane in Lane::ALL {
            let lines = if lane == Lane::Marketing {
                shared.settings.connections
            } else {
                2
            };
            for _ in 0..lines {
                let shared = Arc::clone(&shared);
                tasks.keep_running("sender", stop.clone(), move || {
                    sender::run(Arc::clone(&shared), lane)
                });
            }
        }
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
        Ok(Self { stop, tasks })
    }

    /// Finishes what is in flight, writes it down and ends. Waits at most half a minute; what a relay has not answered by
    /// then is ambiguous, and counted as such by whoever takes over.
    pub async fn stop(self) {
        self.stop.cancel();
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
