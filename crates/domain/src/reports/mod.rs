//! Read models: what the home page, reports and the frame show. Reads only, each a few set-based statements over the ledger's
//! counters and the small tables that `dispatch` and `events` keep (`dispatch_hours`, `dispatch_link_counts`,
//! `delivery_firsts`), so that no page scans events or the whole ledger.

mod campaign;
mod csv;
mod home;
mod list;
mod running;

pub use campaign::campaign;
pub use csv::{Part, csv};
pub use home::home;
pub use list::{list, several};
pub use running::running;

#[cfg(test)]
mod tests;

/// Counts are never negative; a damaged one shows as nothing rather than as a panic.
fn count(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}
