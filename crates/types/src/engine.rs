//! What a sending process reports of itself, every two seconds.

use serde::{Deserialize, Serialize};

/// A worker: one group of lanes of one process.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WorkerStatus {
    /// Its lanes.
    pub lanes: Vec<LaneStatus>,
    /// The relays its process may use; told by the worker that sends campaigns.
    pub relays: Vec<RelayStatus>,
}

/// A lane of a worker.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LaneStatus {
    /// `transactional`, `operational` or `marketing`.
    pub lane: String,
    /// Lines that may be open.
    pub lines: usize,
    /// Lines with an open connection.
    pub open: usize,
    /// Lines that hand over at this moment.
    pub busy: usize,
    /// Recipients in memory, waiting for a line.
    pub waiting: usize,
    /// How long the first of them has waited.
    pub oldest_seconds: Option<f64>,
    /// Messages since the start.
    pub handed: u64,
    /// Messages a second, in the last seconds.
    pub per_second: f64,
}

/// A relay as a worker sees it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RelayStatus {
    /// The id of its row, or its address.
    pub key: String,
    /// For people.
    pub name: String,
    /// Open connections.
    pub open: usize,
    /// Connections for campaigns that may be open.
    pub connections: usize,
    /// Messages it took since the start.
    pub handed: u64,
    /// Messages a second, in the last seconds.
    pub per_second: f64,
    /// Why it is left alone: `relay_unreachable`, `relay_refuses`, `relay_insecure`, `relay_sign_in`.
    pub trouble: Option<String>,
    /// When it is tried again.
    pub retry_in_seconds: Option<f64>,
}
