//! The ledger: who was to get what, and what became of it, recipient by recipient (law 1).
//!
//! - `expand` turns a sealed revision into the ledger: numbered, immutable recipients in chunks, those held back with the
//!   rule that held them.
//! - `claim` gives a chunk to a worker for a while and hands out its recipients slice by slice, each announced before anybody of it
//!   is handed over; `record` takes outcomes in batches; `worker` settles what a dead one left.
//! - `intake` adds single messages to a dispatch that stands.
//! - `control` pauses, resumes and cancels; `settle` adds up, ends what is complete and stops what lost its seal.
//! - `live` is what the console shows of all this at the moment.
//! - `throttle` holds limits across all processes; `partition` keeps the big tables by month.
//!
//! There is no job per recipient and no update of a big table per message.

mod claim;
mod context;
mod control;
mod counts;
mod expand;
mod intake;
mod live;
mod partition;
mod record;
mod settle;
mod state;
mod throttle;
mod view;
mod worker;

pub use claim::{Chunk, Claimed, Recipient, Slice, claim, held_by, slice};
pub use context::{Context, context, rules};
pub use control::{cancel, pause, resume, set_throttle};
pub use expand::{Expansion, expand};
pub use intake::{Accepted, AttachedTo, Call, Extra, Line, Standing, accept, file, recall, stand};
pub use live::{live, running};
pub use partition::{Partition, detach, partitions, prepare_partitions};
pub use record::{Batch, Deferral, Outcome, OutcomeKind, Rules, record};
pub use settle::{Active, active, note_trouble, settle};
pub use state::{Command, DispatchState, Lane, transition};
pub use throttle::{Taken, give_back, take};
pub use view::{LinkCache, TrackedLinks, link_target, view};
pub use worker::{
    Orphan, Worker, end_stalled, enlist, forget_journal, lapsed, orphans, overdue, processes, recover,
    report, strike_off,
};

/// The channel on which idle senders are woken. Only a hint: they also look by themselves.
pub const CHANNEL: &str = "campanile_dispatch";
