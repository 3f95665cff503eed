//! Posts events to the endpoints of webhooks (`domain::webhooks`).
//!
//! Any number of processes may do it: each endpoint is leased to one at a time, and worked on by a task of its own, so that a slow one holds
//! up nobody else. What a process had on its way when it died is posted again by another, under the same `webhook-id`.

mod endpoint;

use std::sync::Arc;
use std::time::Duration;

use delivery::http::Client;
use domain::{Domain, webhooks};
use jiff::SignedDuration;
use sqlx::postgres::PgListener;
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

/// Endpoints that a process works on at once.
const ENDPOINTS: usize = 200;
/// How long a process may be silent before another takes its endpoints.
const LEASE: Duration = Duration::from_secs(60);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(300);
/// After an error.
const TROUBLE: Duration = Duration::from_secs(2);

/// What the tasks share.
struct Poster {
    domain: Domain,
    client: Client,
    worker: Uuid,
    stop: CancellationToken,
}

fn lease() -> SignedDuration {
    SignedDuration::try_from(LEASE).unwrap_or(SignedDuration::from_mins(1))
}

/// Runs until it is stopped, and waits for what is on its way then: a quarter of a minute at the most.
pub async fn run(domain: Domain, client: Client, stop: CancellationToken) {
    let poster = Arc::new(Poster {
        worker: Uuid::from_bytes(domain.random::<16>()),
        domain,
        client,
        stop,
    });
    let tasks = TaskTracker::new();
    let woken = Arc::new(Notify::new());
    tasks.spawn(listen(Arc::clone(&poster), Arc::clone(&woken)));
    let places = Arc::new(Semaphore::new(ENDPOINTS));
    while !poster.stop.is_cancelled() {
        let pause = match look(&poster, &tasks, &places).await {
            Ok(()) => PAUSE,
            Err(error) => {
                let _ = types::ApiError::from(error);
                TROUBLE
            }
        };
        tokio::select! {
            () = poster.stop.cancelled() => {}
            () = woken.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
    tasks.close();
    tasks.wait().await;
}

/// Takes endpoints that have something to be posted, each with a task of its own.
async fn look(poster: &Arc<Poster>, tasks: &TaskTracker, places: &Arc<Semaphore>) -> domain::Result<()> {
    let free = i64::try_from(places.available_permits()).unwrap_or(0);
    if free == 0 {
        return Ok(());
    }
    for claimed in webhooks::claim(&poster.domain, poster.worker, lease(), free).await? {
        let Ok(place) = Arc::clone(places).try_acquire_owned() else {
            break;
        };
        let poster = Arc::clone(poster);
        tasks.spawn(async move {
            endpoint::work(&poster, claimed).await;
            drop(place);
        });
    }
    Ok(())
}

/// Looks at once when somebody says that there is something. Only a hint.
async fn listen(poster: Arc<Poster>, woken: Arc<Notify>) {
    while !poster.stop.is_cancelled() {
        let listening = async {
            let mut listener = PgListener::connect_with(poster.domain.pool()).await?;
            listener.listen(webhooks::CHANNEL).await?;
            loop {
                listener.recv().await?;
                woken.notify_one();
            }
        };
        let ended: Result<std::convert::Infallible, sqlx::Error> = tokio::select! {
            () = poster.stop.cancelled() => return,
            ended = listening => ended,
        };
        let Err(error) = ended;
        tracing::debug!(%error, "not listening; looking instead");
        tokio::select! {
            () = poster.stop.cancelled() => {}
            () = tokio::time::sleep(TROUBLE) => {}
        }
    }
}
