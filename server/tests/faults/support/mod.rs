//! An installation that things can be done to: its database, its workers, its relay, and what they agree on in the end.

mod disk;
mod ledger;
mod postgres;
mod process;
mod scene;
mod sink;

use std::time::{Duration, Instant};

pub use disk::Disk;

pub use postgres::Postgres;
pub use process::Process;
pub use scene::{Act, Scene, locals};
pub use sink::{Rule, Sink};

/// How long anything may take that comes by itself. Two busy cores and a debug build are slow, and a test that gives up too
/// early says nothing.
pub const PATIENCE: Duration = Duration::from_secs(180);

/// How many messages may be in doubt for each connection that a worker has open when it is killed.
pub const IN_DOUBT: usize = 1;

/// Waits until something holds.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < PATIENCE, "not in {PATIENCE:?}: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
