//! Handing messages over: channels, MIME, DKIM, SMTP, back-off, throttles. This crate knows no database and reads no clock or
//! environment: what it needs (dates, random numbers, relay addresses) is given to it.
//!
//! Nothing here logs an address, a subject or a password (law 10): replies of a server are returned to the caller, which
//! keeps them in the ledger.

pub mod backoff;
pub mod breaker;
pub mod capture;
pub mod channel;
pub mod email;
pub mod http;
pub mod outcome;
pub mod throttle;

pub use backoff::Backoff;
pub use breaker::Breaker;
pub use channel::Channel;
pub use outcome::{Enhanced, HandOff, Reply, Stage};
