//! How fast messages may go: a share of a common token bucket, spent without asking for each message. The bucket itself, which holds
//! across nodes, lives in the database of whoever implements [`Throttle`]; for the tests there is one in memory.

mod share;

use std::time::Duration;

pub use share::{LocalShare, Turn};

/// How many messages, and how many at once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// On the average.
    pub per_second: f64,
    /// After a pause, without waiting. Less than one counts as one: nothing could ever go otherwise.
    pub burst: f64,
}

impl Rate {
    /// Whatever cannot be a rate is none.
    fn speed(&self) -> f64 {
        if self.per_second.is_finite() {
            self.per_second.max(0.0)
        } else {
            0.0
        }
    }

    fn most(&self) -> f64 {
        if self.burst.is_finite() {
            self.burst.max(1.0)
        } else {
            1.0
        }
    }
}

/// What was granted of what was wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Messages that may go now.
    pub granted: u32,
    /// When all was not granted: after this the rest, or as much of it as is ever granted at once, can be had.
    pub retry_after: Duration,
}

/// A rate that holds for all who ask under the same key, on whichever node.
pub trait Throttle: Sync {
    /// Why nothing could be asked.
    type Error: Send;

    /// Takes up to `want` messages' worth. What was granted cannot be given back.
    fn take(&self, key: &str, want: u32) -> impl Future<Output = Result<Grant, Self::Error>> + Send;
}

#[cfg(test)]
mod bucket;
