//! Listening, and stopping in order.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;

/// How long requests under way may take to finish once a stop was asked for.
const GRACE: Duration = Duration::from_secs(15);

/// Takes the address, before anything slow is done: a port in use is found at once.
///
/// # Errors
/// When the address is in use or not this machine's.
pub async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("listening on {address}"))
}

/// Serves until `stop` is done; then takes no new connections and lets requests under way finish.
///
/// # Errors
/// When the listener fails.
pub async fn run(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send,
) -> anyhow::Result<()> {
    // Small answers must not wait for the peer's delayed acknowledgement.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY could not be set");
        }
    });
    let (stopping, stopped) = tokio::sync::oneshot::channel::<()>();
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(async {
        // A dropped sender means that we are stopping as well.
        drop(stopped.await);
    });
    let serving = serving.into_future();
    tokio::pin!(serving);
    tokio::select! {
        ended = &mut serving => return ended.context("serving"),
        () = stop => {}
    }
    drop(stopping);
    match tokio::time::timeout(GRACE, serving).await {
        Ok(ended) => ended.context("serving"),
        Err(_) => {
            tracing::warn!("some requests did not finish in {} seconds", GRACE.as_secs());
            Ok(())
        }
    }
}
