//! What is being sent at this moment, in the whole installation.

use crate::engine::{LaneStatus, RelayStatus, WorkerStatus};
use crate::{CampaignId, DispatchId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// After so many seconds without a report a worker counts as silent. It reports every two.
pub const SILENT_AFTER: f64 = 10.0;

/// A sending process with its last report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LiveWorker {
    pub id: Uuid,
    /// Machine and process.
    pub name: String,
    #[serde(with = "crate::time")]
    pub started_at: Timestamp,
    #[serde(with = "crate::time")]
    pub seen_at: Timestamp,
    /// Since its last report, by the database's clock.
    pub silent_seconds: f64,
    pub status: WorkerStatus,
}

impl LiveWorker {
    /// Whether it has not been heard of for too long: what it last said no longer counts.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.silent_seconds > SILENT_AFTER
    }
}

/// A dispatch that is not over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunningDispatch {
    pub id: DispatchId,
    /// The unit's key, as in addresses.
    pub unit: String,
    pub unit_name: String,
    /// None: single messages that another system asks for.
    pub campaign: Option<CampaignId>,
    pub name: Option<String>,
    /// `transactional`, `operational` or `marketing`.
    pub lane: String,
    /// `expanding`, `sending`, `paused` or `cancelling`.
    pub state: String,
    /// Why it stands still: `relay_unreachable`, …
    pub stopped_reason: Option<String>,
    pub audience: i64,
    /// Recipients with a final outcome.
    pub done: i64,
    /// Messages handed over or refused, a second, on average since the start.
    pub per_second: f64,
    /// Messages an hour over all processes; none: as fast as the relays take them.
    pub throttle_per_hour: Option<i32>,
    #[serde(default, with = "crate::time::option")]
    pub started_at: Option<Timestamp>,
}

/// What the page of the same name shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Live {
    pub workers: Vec<LiveWorker>,
    pub dispatches: Vec<RunningDispatch>,
}

impl Live {
    /// The lanes of all workers that are heard of, added up; always all three, the most urgent first.
    #[must_use]
    pub fn lanes(&self) -> [LaneStatus; 3] {
        ["transactional", "operational", "marketing"].map(|lane| {
            let mut sum = LaneStatus {
                lane: lane.to_owned(),
                ..LaneStatus::default()
            };
            let parts = self.heard().flat_map(|it| &it.status.lanes);
            for part in parts.filter(|it| it.lane == lane) {
                sum.lines += part.lines;
                sum.open += part.open;
                sum.busy += part.busy;
                sum.waiting += part.waiting;
                sum.handed += part.handed;
                sum.per_second += part.per_second;
                sum.oldest_seconds = later(sum.oldest_seconds, part.oldest_seconds);
            }
            sum
        })
    }

    /// The relays as all workers that are heard of see them, added up. One that any of them leaves alone is in trouble, and is
    /// tried again when the last of them does.
    #[must_use]
    pub fn relays(&self) -> Vec<RelayStatus> {
        let mut sums: Vec<RelayStatus> = Vec::new();
        for part in self.heard().flat_map(|it| &it.status.relays) {
            let Some(sum) = sums.iter_mut().find(|it| it.key == part.key) else {
                sums.push(part.clone());
                continue;
            };
            sum.open += part.open;
            sum.connections += part.connections;
            sum.handed += part.handed;
            sum.per_second += part.per_second;
            if sum.trouble.is_none() {
                sum.trouble.clone_from(&part.trouble);
            }
            sum.retry_in_seconds = later(sum.retry_in_seconds, part.retry_in_seconds);
        }
        sums.sort_by(|a, b| (&a.name, &a.key).cmp(&(&b.name, &b.key)));
        sums
    }

    fn heard(&self) -> impl Iterator<Item = &LiveWorker> {
        self.workers.iter().filter(|it| !it.is_silent())
    }
}

fn later(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.max(b)),
        (a, b) => a.or(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worker(silent_seconds: f64, open: usize, trouble: Option<&str>) -> LiveWorker {
        let lane = LaneStatus {
            lane: "marketing".into(),
            open,
            per_second: 1.5,
            oldest_seconds: Some(silent_seconds),
            ..LaneStatus::default()
        };
        let relay = RelayStatus {
            key: "a".into(),
            open,
            trouble: trouble.map(str::to_owned),
            ..RelayStatus::default()
        };
        LiveWorker {
            id: Uuid::nil(),
            name: "host:1".into(),
            started_at: Timestamp::UNIX_EPOCH,
            seen_at: Timestamp::UNIX_EPOCH,
            silent_seconds,
            status: WorkerStatus {
                lanes: vec![lane],
                relays: vec![relay],
            },
        }
    }

    #[test]
    fn those_that_are_heard_of_are_added_up() {
        let live = Live {
            workers: vec![
                worker(0.5, 2, None),
                worker(1.5, 3, Some("relay_refuses")),
                worker(60.0, 9, Some("relay_unreachable")),
            ],
            dispatches: Vec::new(),
        };
        let [transactional, _, marketing] = live.lanes();
        assert_eq!((transactional.open, transactional.oldest_seconds), (0, None));
        assert_eq!((marketing.open, marketing.oldest_seconds), (5, Some(1.5)));
        let relays = live.relays();
        assert_eq!(relays.len(), 1);
        assert_eq!(
            (relays[0].open, relays[0].trouble.as_deref()),
            (5, Some("relay_refuses"))
        );
    }
}
