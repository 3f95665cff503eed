//! Read models: what the home page, reports and the frame show. Reads only, each a few set-based statements over the ledger's
//! counters and the hourly roll-ups, so that no page scans events.

mod running;

pub use running::running;
