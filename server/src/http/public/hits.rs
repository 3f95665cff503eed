//! Hits are answered at once and written in batches, several times a second.

use domain::{
    Domain,
    events::{self, Hit},
};
use std::time::Duration;
use tokio::{sync::mpsc, task::JoinHandle};
use tokio_util::sync::CancellationToken;

/// Hits that may wait to be written. Past it the newest are dropped (and counted): answering readers comes first.
const WAITING: usize = 65_536;
/// Rows of one batch.
const BATCH: usize = 4_096;
const PAUSE: Duration = Duration::from_millis(250);
/// Between tries when the database does not answer; the batch is kept.
const RETRY: Duration = Duration::from_secs(2);

/// Where request handlers put hits.
#[derive(Clone)]
pub struct HitSink(mpsc::Sender<Hit>);

impl HitSink {
    /// Never waits.
    pub(super) fn send(&self, hit: Hit) {
        if self.0.try_send(hit).is_err() {
            metrics::counter!("campanile_hits_dropped_total").increment(1);
        }
    }
}

/// Starts the writer. It ends after `stop`, when everything that arrived before has been written.
#[must_use]
pub fn start(domain: Domain, stop: CancellationToken) -> (HitSink, JoinHandle<()>) {
    let (sender, receiver) = mpsc::channel(WAITING);
    (HitSink(sender), tokio::spawn(write(domain, receiver, stop)))
}

async fn write(domain: Domain, mut receiver: mpsc::Receiver<Hit>, stop: CancellationToken) {
    let mut batch = Vec::with_capacity(256);
    loop {
        let open = tokio::select! {
            received = receiver.recv_many(&mut batch, BATCH) => received > 0,
            () = stop.cancelled() => {
                receiver.close();
                receiver.recv_many(&mut batch, BATCH).await > 0
            }
        };
        if !open {
            return;
        }
        // A moment for company: one statement for many hits.
        if !stop.is_cancelled() {
            tokio::time::sleep(PAUSE).await;
            while batch.len() < BATCH
                && let Ok(hit) = receiver.try_recv()
            {
                batch.push(hit);
            }
        }
        while let Err(error) = store(&domain, &batch).await {
            let _ = types::ApiError::from(error);
            if stop.is_cancelled() {
                tracing::error!(lost = batch.len(), "hits could not be written before the end");
                break;
            }
            tokio::time::sleep(RETRY).await;
        }
        batch.clear();
    }
}

async fn store(domain: &Domain, batch: &[Hit]) -> domain::Result<()> {
    let mut tx = domain.begin().await?;
    events::record(&mut tx, batch).await?;
    tx.commit().await
}
