//! Tasks that are started again when they panic, and ended together.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long a task that panicked rests: a bug that shows at once must not fill the log.
const REST: Duration = Duration::from_secs(1);

/// All background tasks of a process. The inbox is kept apart: it has to outlive those who send to it.
pub(super) struct Tasks {
    tracker: TaskTracker,
    inbox: TaskTracker,
    inbox_stop: CancellationToken,
}

impl Tasks {
    pub fn new(inbox_stop: CancellationToken) -> Self {
        Self {
            tracker: TaskTracker::new(),
            inbox: TaskTracker::new(),
            inbox_stop,
        }
    }

    /// Runs a task until it returns; after a panic it is started again, unless everything stops.
    pub fn keep_running<F, W>(&mut self, name: &'static str, stop: CancellationToken, start: F)
    where
        F: Fn() -> W + Send + 'static,
        W: Future<Output = ()> + Send + 'static,
    {
        self.tracker.spawn(async move {
            while AssertUnwindSafe(start()).catch_unwind().await.is_err() && !stop.is_cancelled() {
                metrics::counter!("campanile_task_panics_total", "task" => name).increment(1);
                tracing::error!(task = name, "a background task panicked; starting it again");
                tokio::time::sleep(REST).await;
            }
        });
    }

    /// Runs work that starts itself again.
    pub fn run(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.tracker.spawn(work);
    }

    pub fn run_inbox(&mut self, work: impl Future<Output = ()> + Send + 'static) {
        self.inbox.spawn(work);
    }

    pub async fn join(self, patience: Duration) {
        self.tracker.close();
        if tokio::time::timeout(patience, self.tracker.wait()).await.is_err() {
            tracing::warn!(
                "background work did not end in time; what it held is taken over when its leases end"
            );
        }
        self.inbox_stop.cancel();
        self.inbox.close();
        let _ = tokio::time::timeout(Duration::from_secs(5), self.inbox.wait()).await;
    }
}
