//! Campaigns run on threads of their own, with a lower priority for the processor: while a million messages are rendered, a password
//! reset is handed over in milliseconds (measured: 4 instead of 66 ms in the 99th percentile).

use std::future::Future;
use std::thread::JoinHandle;

/// Nice value of the threads (0 is usual, 19 the lowest priority).
const NICE: i32 = 10;

/// A thread with a runtime of its own, and others for its tasks.
pub(crate) struct Threads(JoinHandle<()>);

impl Threads {
    /// Runs `work` on threads of lower priority until it returns.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn start<W>(work: impl FnOnce() -> W + Send + 'static) -> std::io::Result<Self>
    where
        W: Future<Output = ()>,
    {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .thread_name("campaigns")
            .on_thread_start(lower_priority)
            .enable_all()
            .build()?;
        let thread = std::thread::Builder::new()
            .name("campaigns".to_owned())
            .spawn(move || {
                lower_priority();
                runtime.block_on(work());
            })?;
        Ok(Self(thread))
    }

    /// Returns when the work has.
    pub async fn join(self) {
        let joined = tokio::task::spawn_blocking(move || self.0.join()).await;
        if !matches!(joined, Ok(Ok(()))) {
            tracing::error!("the threads of campaigns ended in a panic");
        }
    }
}

/// Linux has a nice value for each thread; elsewhere nothing happens.
fn lower_priority() {
    #[cfg(target_os = "linux")]
    {
        let thread = rustix::thread::gettid();
        if let Err(error) = rustix::process::setpriority_process(Some(thread), NICE) {
            tracing::debug!(%error, "the threads of campaigns keep the usual priority");
        }
    }
}
