//! What happens by the clock, on every node: each piece is safe to do twice.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use domain::{campaigns, captured, dispatch, messages, queue, webhooks};

use super::Shared;

/// A piece of work and how often it is done.
pub(super) struct Work {
    every: Duration,
    step: fn(Arc<Shared>) -> Step,
}

type Step = Pin<Box<dyn Future<Output = domain::Result<()>> + Send>>;

/// All pieces, by name.
pub(super) const WORK: [(&str, &Work); 6] = [
    (
        "settle",
        &Work {
            every: Duration::from_millis(400),
            step: |shared| Box::pin(settle(shared)),
        },
    ),
    (
        "launch",
        &Work {
            every: Duration::from_millis(500),
            step: |shared| Box::pin(launch(shared)),
        },
    ),
    (
        "partitions",
        &Work {
            every: Duration::from_secs(3600),
            step: |shared| Box::pin(partitions(shared)),
        },
    ),
    (
        "definitions",
        &Work {
            every: Duration::from_secs(60),
            step: |shared| Box::pin(definitions(shared)),
        },
    ),
    (
        "webhooks",
        &Work {
            every: Duration::from_secs(15),
            step: |shared| Box::pin(late_events(shared)),
        },
    ),
    (
        "sweep",
        &Work {
            every: Duration::from_secs(3600),
            step: |shared| Box::pin(sweep(shared)),
        },
    ),
];

/// After an error.
const TROUBLE: Duration = Duration::from_secs(2);

pub(super) async fn run(shared: Arc<Shared>, work: &'static Work) {
    while !shared.stop.is_cancelled() {
        let pause = match (work.step)(Arc::clone(&shared)).await {
            Ok(()) => work.every,
            Err(error) => {
                let _ = types::ApiError::from(error);
                TROUBLE.max(work.every)
            }
        };
        tokio::select! {
            () = shared.stop.cancelled() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

async fn settle(shared: Arc<Shared>) -> domain::Result<()> {
    dispatch::settle(&shared.domain, shared.host).await
}

async fn partitions(shared: Arc<Shared>) -> domain::Result<()> {
    dispatch::prepare_partitions(&shared.domain).await
}

async fn launch(shared: Arc<Shared>) -> domain::Result<()> {
    campaigns::launch_due(&shared.domain).await?;
    Ok(())
}

async fn definitions(shared: Arc<Shared>) -> domain::Result<()> {
    messages::renew(&shared.domain).await.map(|_| ())
}

/// Gives up events that waited too long, and counts those that wait.
async fn late_events(shared: Arc<Shared>) -> domain::Result<()> {
    webhooks::expire(&shared.domain).await?;
    let backlog = webhooks::backlog(&shared.domain).await?;
    for (state, events) in [("pending", backlog.waiting), ("dead", backlog.dead)] {
        let events = u32::try_from(events).unwrap_or(u32::MAX);
        metrics::gauge!("campanile_webhook_events", "state" => state).set(f64::from(events));
    }
    let failing = u32::try_from(backlog.failing + backlog.disabled).unwrap_or(u32::MAX);
    metrics::gauge!("campanile_webhooks_failing").set(f64::from(failing));
    Ok(())
}

async fn sweep(shared: Arc<Shared>) -> domain::Result<()> {
    queue::sweep(&shared.domain).await?;
    webhooks::sweep(&shared.domain).await?;
    captured::sweep(&shared.domain).await
}
