//! The one HTTP client for addresses that users gave (webhooks; feeds and imports will follow).
//!
//! Whoever may write an address here must not reach what only this machine reaches. So: the name is resolved once, every address that
//! it has is checked ([`is_public`]), the connection is opened to a checked address and to nothing else, and TLS checks the name. There
//! is no second look-up that could answer something else, no redirect, no proxy of the environment, and a limit on everything: time,
//! headers, body. Networks that the operator allows are reached all the same, also without TLS.

mod address;
mod client;
mod target;

pub use address::is_public;
pub use client::{Allowed, Answer, Client, Connection, Limits, Request, Resolve, Resolving, Trouble};
pub use hyper::{HeaderMap, Method};
pub use target::{BadTarget, Target};
