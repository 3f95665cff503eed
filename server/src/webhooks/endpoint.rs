//! One endpoint: several events on their way at once, never two of one message.

use std::collections::VecDeque;
use std::future::Future;
use std::time::Duration;

use domain::webhooks::{self, Attempt, Claimed, Due, InHand, Settled};
use futures::FutureExt;
use futures::stream::{FuturesUnordered, StreamExt};
use tokio::time::Instant;

use super::{LEASE, PAUSE, Poster, TROUBLE, lease};
use crate::outside::http::Line;

/// On their way to one endpoint at once.
const AT_ONCE: usize = 10;
/// Read at once.
const READ: i64 = 100;
/// Of the lease, after which nothing new is begun: the rest is for what is on its way.
const TRUSTED: Duration = Duration::from_secs(40);

/// An endpoint while this process has it.
struct Desk<'a> {
    poster: &'a Poster,
    claimed: Claimed,
    waiting: VecDeque<Due>,
    busy: Vec<InHand>,
    /// When the lease was last renewed.
    renewed: Instant,
    /// Nothing new is begun: it does not answer, somebody else has it, or the process stops.
    ending: bool,
}

/// Posts until nothing is due, the endpoint does not answer, or the process stops.
pub(super) async fn work(poster: &Poster, claimed: Claimed) {
    let line = Line::new(poster.client.clone(), claimed.url());
    let mut desk = Desk {
        poster,
        claimed,
        waiting: VecDeque::new(),
        busy: Vec::new(),
        renewed: Instant::now(),
        ending: false,
    };
    let mut on_the_way = FuturesUnordered::new();
    loop {
        desk.fill().await;
        while let Some(due) = desk.next() {
            on_the_way.push(attempt(poster, &line, desk.claimed.clone(), due));
        }
        if on_the_way.is_empty() {
            break;
        }
        tokio::select! {
            Some(first) = on_the_way.next() => {
                let mut done = vec![first];
                while let Some(Some(next)) = on_the_way.next().now_or_never() {
                    done.push(next);
                }
                desk.settle(done).await;
            }
            () = tokio::time::sleep(PAUSE) => desk.renew().await,
        }
    }
    desk.give_back().await;
}

/// Posts one event. What it is about is not written to the log.
async fn attempt(poster: &Poster, line: &Line, claimed: Claimed, due: Due) -> Attempt {
    let at = poster.domain.now();
    let posted = match claimed.call(&due, at) {
        Ok(call) => line.post(call).await,
        Err(error) => {
            tracing::error!(webhook = %claimed.id, event = %due.what.event, %error, "an event cannot be written");
            webhooks::Posted {
                answer: "the event cannot be written".to_owned(),
                ..webhooks::Posted::default()
            }
        }
    };
    let outcome = if posted.is_delivered() {
        "delivered"
    } else {
        "failed"
    };
    metrics::counter!("campanile_webhook_attempts_total", "outcome" => outcome).increment(1);
    metrics::histogram!("campanile_webhook_seconds").record(posted.took);
    Attempt {
        event: due.what.event,
        at,
        posted,
    }
}

impl Desk<'_> {
    /// At most one on its way while it is tried whether the endpoint is back.
    fn places(&self) -> usize {
        if self.claimed.is_trial { 1 } else { AT_ONCE }
    }

    /// Reads what is due, if there is a place for it.
    async fn fill(&mut self) {
        if self.poster.stop.is_cancelled() {
            self.ending = true;
        }
        if self.ending || !self.waiting.is_empty() || self.busy.len() >= self.places() {
            return;
        }
        match webhooks::due(&self.poster.domain, &self.claimed, &self.busy, READ).await {
            Ok(due) => self.waiting = due.into(),
            Err(error) => {
                let _ = types::ApiError::from(error);
                self.ending = true;
            }
        }
    }

    /// The next to be posted.
    fn next(&mut self) -> Option<Due> {
        if self.ending || self.busy.len() >= self.places() || self.renewed.elapsed() > TRUSTED {
            return None;
        }
        let due = self.waiting.pop_front()?;
        self.busy.push(due.what);
        Some(due)
    }

    /// Writes what came of attempts until it is written: the database may be away for a while, the process remembers.
    async fn settle(&mut self, done: Vec<Attempt>) {
        let Poster { domain, worker, .. } = self.poster;
        let settled = retried(self.poster, || {
            webhooks::settle(domain, *worker, self.claimed.id, &done)
        });
        match settled.await {
            Some(Settled::Open) => self.claimed.is_trial = false,
            Some(Settled::Broken | Settled::Lost) | None => {
                self.ending = true;
                self.waiting.clear();
            }
        }
        self.busy
            .retain(|it| done.iter().all(|done| done.event != it.event));
    }

    /// Keeps the lease alive.
    async fn renew(&mut self) {
        if self.ending || self.renewed.elapsed() < LEASE / 4 {
            return;
        }
        let asked = Instant::now();
        let Poster { domain, worker, .. } = self.poster;
        match webhooks::extend(domain, *worker, self.claimed.id, lease()).await {
            Ok(true) => self.renewed = asked,
            Ok(false) => self.ending = true,
            // Tried again; nothing new is begun once it cannot be trusted any more.
            Err(error) => {
                let _ = types::ApiError::from(error);
            }
        }
    }

    async fn give_back(self) {
        let Poster { domain, worker, .. } = self.poster;
        let done = async {
            webhooks::hold_back(domain, self.claimed.id).await?;
            webhooks::release(domain, *worker, self.claimed.id).await
        };
        if let Err(error) = done.await {
            // The lease ends by itself.
            let _ = types::ApiError::from(error);
        }
    }
}

/// Until it is done; none when the process stops before.
async fn retried<T, F>(poster: &Poster, mut act: impl FnMut() -> F) -> Option<T>
where
    F: Future<Output = domain::Result<T>>,
{
    loop {
        match act().await {
            Ok(done) => return Some(done),
            Err(error) => {
                let _ = types::ApiError::from(error);
                if poster.stop.is_cancelled() {
                    return None;
                }
                tokio::time::sleep(TROUBLE).await;
            }
        }
    }
}
