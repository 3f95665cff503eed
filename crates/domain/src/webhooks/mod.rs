//! Webhooks: what happens to triggered messages, told to endpoints of other systems as Standard Webhooks says.
//!
//! - `capture` writes an event beside the fact that it is about, in the fact's own transaction.
//! - `endpoints` and `secret` are what staff manage; `deliveries` is what they see and replay; `trial` is the button that tries one.
//! - `worker` gives an endpoint to one process at a time, hands out its events in order, and writes what came of them; `circuit` decides
//!   what a failure means for the endpoint and for the event.
//! - `payload` says what is posted.
//! - `upkeep` gives up what waited too long and deletes what is old.

mod capture;
mod circuit;
mod deliveries;
mod endpoints;
mod payload;
mod secret;
mod stopped;
mod trial;
mod upkeep;
mod worker;

pub(crate) use capture::{accepted, cancelled, heard, hits, recorded, written_off};
pub use deliveries::{delivery, list_deliveries, replay, replay_dead};
pub use endpoints::{create, get, list, remove, rotate, update};
pub use secret::{Call, Posted};
pub use trial::trial;
pub use upkeep::{Backlog, backlog, expire, sweep};
pub use worker::{Attempt, Claimed, Due, InHand, Settled, claim, due, extend, hold_back, release, settle};

/// The channel on which idle processes are woken. Only a hint: they also look by themselves.
pub const CHANNEL: &str = "campanile_webhooks";

/// What is kept of an answer, in characters.
const ANSWER: usize = 500;

/// The beginning of a text.
fn cut(text: &str, most: usize) -> String {
    // PostgreSQL has no NUL in its texts.
    text.chars().filter(|c| *c != '\0').take(most).collect()
}
