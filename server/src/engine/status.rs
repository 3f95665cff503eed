//! What this worker does at the moment, for the console and the metrics.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use domain::dispatch;
use tokio::time::Instant;
use types::engine::{LaneStatus, WorkerStatus};

use super::Engine;

const EVERY: Duration = Duration::from_secs(2);

/// Runs until the process stops.
pub(super) async fn run(engine: Arc<Engine>) {
    let mut last: Vec<u64> = engine.lanes.iter().map(|_| 0).collect();
    let mut since = Instant::now();
    while !engine.stop.is_cancelled() {
        engine.wait(EVERY).await;
        let elapsed = since.elapsed().as_secs_f64().max(0.1);
        since = Instant::now();
        let lanes: Vec<LaneStatus> = engine
            .lanes
            .iter()
            .zip(&mut last)
            .map(|(lane, last)| {
                let handed = lane.handed.load(Ordering::Relaxed);
                let per_second = (handed - *last) as f64 / elapsed;
                *last = handed;
                LaneStatus {
                    lane: lane.kind.as_str().to_owned(),
                    lines: lane.lines(),
                    open: lane.open.load(Ordering::Relaxed),
                    busy: lane.busy.load(Ordering::Relaxed),
                    waiting: lane.len(),
                    oldest_seconds: lane.oldest().map(|it| it.as_secs_f64()),
                    handed,
                    per_second,
                }
            })
            .collect();
        for lane in &lanes {
            let label = lane.lane.clone();
            metrics::gauge!("campanile_lines_open", "lane" => label.clone()).set(lane.open as f64);
            metrics::gauge!("campanile_lines_busy", "lane" => label.clone()).set(lane.busy as f64);
            metrics::gauge!("campanile_queue_messages", "lane" => label.clone()).set(lane.waiting as f64);
            metrics::gauge!("campanile_queue_age_seconds", "lane" => label.clone())
                .set(lane.oldest_seconds.unwrap_or(0.0));
            metrics::gauge!("campanile_messages_per_second", "lane" => label).set(lane.per_second);
        }
        // The relays are the process's, which has two workers: one of them tells.
        let campaigns = engine.lanes.iter().any(|it| it.kind == dispatch::Lane::Marketing);
        let relays = if campaigns {
            engine.relays.status()
        } else {
            Vec::new()
        };
        let status = WorkerStatus { lanes, relays };
        let written = match serde_json::to_value(&status) {
            Ok(value) => dispatch::report(&engine.domain, engine.worker, &value).await,
            Err(error) => Err(error.into()),
        };
        if let Err(error) = written {
            let _ = types::ApiError::from(error);
        }
    }
}
