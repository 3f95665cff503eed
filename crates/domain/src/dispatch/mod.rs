//! The ledger: who was to get what, and what became of it, recipient by recipient (law 1).
//!
//! - `expand` turns a sealed revision into the ledger: numbered, immutable recipients in chunks, those held back with the
//!   rule that held them.
//! - `claim` gives a chunk to a worker for a while; `record` takes outcomes in batches, together with the recipients that
//!   the worker is about to hand over next. What is lost with a worker is therefore known exactly.
//! - `control` pauses, resumes and cancels; `settle` adds up, ends what is complete and stops what lost its seal.
//!
//! There is no job per recipient and no update of a big table per message.

mod claim;
mod context;
mod control;
mod expand;
mod record;
mod settle;
mod state;
mod view;

pub use claim::{Chunk, Recipient, claim, extend, recipients, release};
pub use context::{Context, context};
pub use control::{cancel, pause, resume};
pub use expand::{Expansion, expand};
pub use record::{Deferral, Outcome, OutcomeKind, Rules, Window, record};
pub use settle::{active, note_trouble, settle};
pub use state::{Command, DispatchState, Lane, transition};
pub use view::{LinkCache, TrackedLinks, link_target, view};

/// The channel on which idle senders are woken. Only a hint: they also look by themselves.
pub const CHANNEL: &str = "campanile_dispatch";
