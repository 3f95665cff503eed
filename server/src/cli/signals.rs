//! Being asked to stop: SIGTERM from the system, SIGINT from a terminal.

use tokio::signal::unix::{SignalKind, signal};

/// Returns when the process is asked to stop.
pub(super) async fn stop() {
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        // Without handlers the system ends the process itself.
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
