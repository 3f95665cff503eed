//! What reports and the home page say.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What kind of task is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TaskKind {
    Send,
    Import,
}

/// A send or an import that is under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunningTask {
    pub kind: TaskKind,
    /// Of the campaign, or of the import.
    pub id: Uuid,
    pub name: String,
    /// It stands still until somebody resumes it.
    pub paused: bool,
    pub done: u64,
    /// 0: not known yet.
    pub total: u64,
    /// Per second, on average since it began.
    pub rate: f64,
}
