//! Sender profiles: who a message is from. The address must be at one of the domains that the unit, or one above, may use:
//! whatever else a relay let through would fail SPF and DMARC.

mod read;
mod write;

pub use read::{domains, get, list, usable};
pub use write::{archive, create, update};
