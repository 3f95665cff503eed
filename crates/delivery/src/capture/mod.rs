//! The capture inbox: a small SMTP server of our own on loopback, used when no relay is configured, so that a demo sends
//! through exactly the same pipeline as production. It keeps nothing itself: an [`Inbox`] does.

mod session;

use std::{sync::Arc, time::Duration};

use tokio::{net::TcpListener, sync::Semaphore};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// A message that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captured {
    /// Envelope sender; empty for notices that must not bounce.
    pub sender: String,
    /// Envelope recipients.
    pub recipients: Vec<String>,
    /// The message as received, dots unstuffed.
    pub raw: Vec<u8>,
}

/// The inbox could not keep a message; the client is asked to come back later.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the message could not be kept")]
pub struct NotKept;

/// Where captured messages go. A message is acknowledged only after it was kept.
pub trait Inbox: Send + Sync + 'static {
    /// Keeps one message.
    fn keep(&self, mail: Captured) -> impl Future<Output = Result<(), NotKept>> + Send;
}

/// Bounds on what a client may do.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at a time; more wait.
    pub connections: usize,
    /// Bytes of one message.
    pub message_bytes: usize,
    /// Recipients of one message.
    pub recipients: usize,
    /// Silence after which a connection is closed.
    pub idle: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 64,
            message_bytes: 10 << 20,
            recipients: 100,
            idle: Duration::from_secs(300),
        }
    }
}

/// Serves until told to stop, then lets open sessions end within a few seconds.
///
/// Addresses under `.invalid`, which can never exist (RFC 2606), are refused as unknown, so that a demo shows bounces too.
pub async fn serve<I: Inbox>(listener: TcpListener, inbox: Arc<I>, limits: Limits, stop: CancellationToken) {
    let free = Arc::new(Semaphore::new(limits.connections));
    let sessions = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = async {
                let permit = Arc::clone(&free).acquire_owned().await;
                (listener.accept().await, permit)
            } => accepted,
        };
        let (Ok((stream, _)), Ok(permit)) = accepted else {
            // Out of file handles, most likely: others will close theirs.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let (inbox, stop) = (Arc::clone(&inbox), stop.clone());
        sessions.spawn(async move {
            let _permit = permit;
            if let Err(error) = session::run(stream, &*inbox, limits, &stop).await {
                tracing::debug!(%error, "capture session ended");
            }
        });
    }
    sessions.close();
    let _ = tokio::time::timeout(Duration::from_secs(5), sessions.wait()).await;
}
