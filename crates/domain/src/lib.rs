//! Rules and SQL, one module a bounded context. Everything goes in through [`access::Granted`], runs in a [`Tx`],
//! and comes out as data of `types` or as an [`Error`].

pub mod access;
pub mod approvals;
pub mod audit;
pub mod audit_chain;
pub mod campaigns;
pub mod captured;
pub mod clients;
pub mod clock;
pub mod contacts;
pub mod content;
pub mod cursor;
mod db;
pub mod dispatch;
pub mod error;
pub mod events;
pub mod idempotency;
pub mod identity;
pub mod imports;
pub mod keys;
pub mod messages;
pub mod preferences;
pub mod queue;
pub mod random;
pub mod reports;
pub mod seed;
pub mod sending;
pub mod spreadsheet;
pub mod tokens;
pub mod topics;
pub mod units;
pub mod verify;
pub mod webhooks;

pub use access::{Actor, Granted};
pub use clock::{Clock, SystemClock};
pub use db::{Domain, MIGRATOR, Tx, migrate, ts};
pub use error::{Error, Result};

/// Test support: builders and helpers that the tests of all crates share.
#[doc(hidden)]
pub mod testing;
