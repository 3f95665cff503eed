//! One chunk from claim to release. Recipients are announced in small windows before they are handed over, and each
//! window's outcomes are written together with the next announcement: what a lost process may have sent is exactly what
//! stands announced.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use delivery::email::{Connection, OpenError};
use domain::dispatch::{self, Chunk, Deferral, Outcome, Recipient, Window};
use jiff::SignedDuration;
use render::Rendered;
use tokio::time::Instant;
use uuid::Uuid;

use super::Shared;
use super::hand_over::{Ready, Verdict, defer, hand_over, make_ready};
use super::prepared::{Prepared, Unusable};

/// Recipients announced at a time.
const WINDOW: usize = 64;
/// Outcomes are written at least this often, so that progress is seen and little is ever ambiguous.
const FLUSH: Duration = Duration::from_millis(250);
/// Connections tried for one message before it is put off.
const LINES: u32 = 3;

/// Why the work on a chunk ended early.
enum Stopped {
    /// Paused, cancelled, or the process ends: give it back.
    Halt,
    /// Nobody answers at the relay: give it back.
    NoRelay,
    /// The lease is gone: nothing may be written any more.
    Lost,
}

/// A task's line to the relay, and its name in leases.
pub(super) struct Worker {
    pub id: Uuid,
    pub line: Option<Connection>,
}

struct Work<'a> {
    shared: &'a Shared,
    worker: &'a mut Worker,
    chunk: Chunk,
    prepared: Arc<Prepared>,
    lease: SignedDuration,
    outcomes: Vec<Outcome>,
    deferrals: Vec<Deferral>,
    rendered: Rendered,
}

/// Sends a claimed chunk and gives it back.
pub(super) async fn send(shared: &Shared, worker: &mut Worker, chunk: Chunk) -> domain::Result<()> {
    let prepared = match shared.prepared.get(&shared.domain, chunk.dispatch).await {
        Ok(prepared) => prepared,
        Err(Unusable::Database(error)) => return Err(error),
        Err(error @ Unusable::Message(_)) => {
            tracing::error!(dispatch = %chunk.dispatch, %error, "a dispatch cannot be sent");
            dispatch::note_trouble(&shared.domain, chunk.dispatch, Some("message_unusable")).await?;
            let later = shared.domain.now() + SignedDuration::from_mins(1);
            return dispatch::release(&shared.domain, worker.id, chunk, Some(later)).await;
        }
    };
    let lease = SignedDuration::try_from(shared.settings.lease).unwrap_or(SignedDuration::from_mins(1));
    let waiting: VecDeque<Recipient> = dispatch::recipients(&shared.domain, chunk).await?.into();
    let id = worker.id;
    let mut work = Work {
        shared,
        worker,
        chunk,
        prepared,
        lease,
        outcomes: Vec::new(),
        deferrals: Vec::new(),
        rendered: Rendered::default(),
    };
    match work.run(waiting).await {
        Err(Stopped::Lost) => Ok(()),
        Ok(()) | Err(Stopped::Halt | Stopped::NoRelay) => {
            dispatch::release(&shared.domain, id, chunk, None).await
        }
    }
}

impl Work<'_> {
    async fn run(&mut self, mut waiting: VecDeque<Recipient>) -> Result<(), Stopped> {
        let mut stopped = None;
        loop {
            let next: Vec<Recipient> = match stopped {
                None => waiting.drain(..WINDOW.min(waiting.len())).collect(),
                Some(_) => Vec::new(),
            };
            let allowed = match self.record(&next).await? {
                Window::Lost => return Err(Stopped::Lost),
                Window::Halt => return Err(Stopped::Halt),
                Window::Go(allowed) => allowed,
            };
            if let Some(stopped) = stopped {
                return Err(stopped);
            }
            if next.is_empty() {
                return Ok(());
            }
            let begun = Instant::now();
            let mut rest = next.into_iter().filter(|it| allowed.contains(&it.seq));
            for recipient in rest.by_ref() {
                if let Err(why) = self.one(&recipient).await {
                    // Not handed over: it goes back with the rest and is no longer announced.
                    stopped = Some(why);
                    break;
                }
                if begun.elapsed() >= FLUSH {
                    break;
                }
            }
            for recipient in rest.rev() {
                waiting.push_front(recipient);
            }
        }
    }

    /// Writes what happened and announces what comes; tries for as long as the lease may last when the database is away.
    async fn record(&mut self, next: &[Recipient]) -> Result<Window, Stopped> {
        let until = Instant::now() + self.shared.settings.lease;
        loop {
            let rules = &self.prepared.context.rules;
            let recorded = dispatch::record(
                &self.shared.domain,
                self.worker.id,
                self.chunk,
                self.lease,
                rules,
                &self.outcomes,
                &self.deferrals,
                next,
            );
            match recorded.await {
                Ok(window) => {
                    self.outcomes.clear();
                    self.deferrals.clear();
                    return Ok(window);
                }
                Err(error) if Instant::now() < until => {
                    let _ = types::ApiError::from(error);
                    tokio::time::sleep(FLUSH).await;
                }
                // The announced stay announced: they become ambiguous, and are counted.
                Err(_) => return Err(Stopped::Lost),
            }
        }
    }

    async fn one(&mut self, recipient: &Recipient) -> Result<(), Stopped> {
        if self.shared.stop.is_cancelled() || !self.shared.board.may_send(self.chunk.dispatch) {
            return Err(Stopped::Halt);
        }
        let ready = match make_ready(self.shared, &self.prepared, recipient, &mut self.rendered) {
            Ok(ready) => ready,
            Err(failed) => {
                self.outcomes.push(*failed);
                return Ok(());
            }
        };
        for _ in 0..LINES {
            match self.try_once(recipient, &ready).await? {
                Verdict::Final(outcome) => {
                    self.outcomes.push(outcome);
                    return Ok(());
                }
                Verdict::Later(deferral) => {
                    self.deferrals.push(deferral);
                    return Ok(());
                }
                Verdict::Again => self.worker.line = None,
            }
        }
        // A relay that takes connections and drops them again: as if it had said "later".
        match defer(
            self.shared,
            recipient,
            None,
            "connection lost",
            self.shared.domain.now(),
        ) {
            Verdict::Later(deferral) => self.deferrals.push(deferral),
            Verdict::Final(outcome) => self.outcomes.push(outcome),
            Verdict::Again => {}
        }
        Ok(())
    }

    /// One attempt; the lease is kept alive while a slow relay thinks.
    async fn try_once(&mut self, recipient: &Recipient, ready: &Ready) -> Result<Verdict, Stopped> {
        let usable = self.worker.line.take().filter(delivery::Channel::is_usable);
        let mut line = match usable {
            Some(line) => line,
            None => open(self.shared).await?,
        };
        let verdict = {
            let handing = hand_over(self.shared, &self.prepared, &mut line, recipient, ready);
            tokio::pin!(handing);
            let mut heartbeat = tokio::time::interval_at(
                Instant::now() + self.shared.settings.lease / 4,
                self.shared.settings.lease / 4,
            );
            loop {
                tokio::select! {
                    verdict = &mut handing => break verdict,
                    _ = heartbeat.tick() => {
                        // Whatever the answer: the message is on its way, its outcome is written if we still may.
                        let _ = dispatch::extend(&self.shared.domain, self.worker.id, self.chunk, self.lease).await;
                    }
                }
            }
        };
        self.worker.line = Some(line);
        Ok(verdict)
    }
}

/// Opens a line, or notes for all running dispatches why not.
async fn open(shared: &Shared) -> Result<Connection, Stopped> {
    match Connection::open(&shared.connector).await {
        Ok(line) => {
            if shared.breaker.worked() {
                tracing::info!("the relay takes connections again");
                note(shared, None).await;
            }
            Ok(line)
        }
        Err(error) => {
            let reason = match &error {
                OpenError::Unreachable(_) => "relay_unreachable",
                OpenError::Refused(_) => "relay_refuses",
                OpenError::Insecure(_) => "relay_insecure",
                OpenError::SignIn(_) => "relay_sign_in",
            };
            if shared.breaker.failed(reason) {
                tracing::warn!(%error, "no connection to the relay; trying again with growing pauses");
            }
            metrics::counter!("campanile_relay_failures_total", "reason" => reason).increment(1);
            note(shared, Some(reason)).await;
            Err(Stopped::NoRelay)
        }
    }
}

async fn note(shared: &Shared, reason: Option<&str>) {
    for dispatch in shared.board.sending() {
        if let Err(error) = dispatch::note_trouble(&shared.domain, dispatch, reason).await {
            let _ = types::ApiError::from(error);
        }
    }
}
