//! One sending task of a lane: claims chunks and sends them over a line of its own.

use std::sync::Arc;
use std::time::Duration;

use domain::dispatch::{self, Lane};
use jiff::SignedDuration;
use tokio::time::Instant;

use super::Shared;
use super::chunk::{self, Worker};

/// Between looks when everything due is in other hands.
const PAUSE: Duration = Duration::from_millis(300);
/// A line that was not used for so long is closed: relays do it too, and less politely.
const IDLE: Duration = Duration::from_secs(20);
/// After a database error.
const TROUBLE: Duration = Duration::from_secs(1);

/// Runs until the process stops; what is in flight is finished and recorded first.
pub(super) async fn run(shared: Arc<Shared>, lane: Lane) {
    let id = uuid::Uuid::from_bytes(shared.domain.random::<16>());
    let mut worker = Worker { id, line: None };
    let mut used = Instant::now();
    let lease = SignedDuration::try_from(shared.settings.lease).unwrap_or(SignedDuration::from_mins(1));
    while !shared.stop.is_cancelled() {
        if let Some(pause) = shared.breaker.pause() {
            wait(&shared, pause).await;
            continue;
        }
        if !shared.board.has_work(lane) {
            if used.elapsed() >= IDLE
                && let Some(line) = worker.line.take()
            {
                line.close().await;
            }
            tokio::select! {
                () = shared.stop.cancelled() => {}
                () = shared.board.changed() => {}
                () = tokio::time::sleep(PAUSE) => {}
            }
            continue;
        }
        let worked = match dispatch::claim(&shared.domain, worker.id, lane, lease).await {
            Ok(None) => {
                wait(&shared, PAUSE).await;
                Ok(())
            }
            Ok(Some(chunk)) => {
                used = Instant::now();
                chunk::send(&shared, &mut worker, chunk).await
            }
            Err(error) => Err(error),
        };
        if let Err(error) = worked {
            let _ = types::ApiError::from(error);
            wait(&shared, TROUBLE).await;
        }
    }
    if let Some(line) = worker.line.take() {
        line.close().await;
    }
}

async fn wait(shared: &Shared, pause: Duration) {
    tokio::select! {
        () = shared.stop.cancelled() => {}
        () = tokio::time::sleep(pause) => {}
    }
}
