//! What goes wrong around Campanile, for real: full disks, killed and frozen processes, a database that goes away or takes
//! no writes, relays that misbehave, clocks that jump.
//!
//! The tests of sending run the program itself, as processes of their own, on a PostgreSQL of their own, against an SMTP
//! server that is not ours. Each ends with the same reconciliation of the ledger with what that server accepted, recipient
//! by recipient (`support::ledger`).

mod clean_stop;
mod clock_jumps;
mod database_read_only;
mod frozen_worker;
mod full_disk;
mod kill_calls;
mod kill_database;
mod kill_worker;
mod pause_and_cancel;
#[path = "../../../crates/delivery/tests/support/mod.rs"]
mod peers;
mod relay_breaks_off;
mod relay_refuses;
mod relay_rejects;
mod relay_says_later;
mod relay_stalls;
mod support;
