//! Triggered messages. A definition is drafted, sealed and approved as a campaign is ([`crate::campaigns`], [`crate::approvals`]);
//! what was approved stands as a dispatch ([`publish`]) to which every call adds a line.
//!
//! - `create`, `update`, `get`, `parameters`, `control` are about definitions; `usage` and `view` are what people look at, `try_out` what they
//!   try before it is called.
//! - `plan`, `check`, `people`, `post` take a call: which version, whether it is right, to whom, and the rows.
//! - `status` and `cancel` are about single messages.

mod asked;
mod attachments;
mod cancel;
pub mod catalogue;
mod check;
mod control;
mod copies;
mod create;
mod export;
mod folded;
mod get;
mod list;
mod opening;
mod parameters;
mod people;
mod plan;
mod post;
mod preview;
mod publish;
pub mod queues;
mod quiet;
mod sender;
mod senders;
mod status;
mod taken;
mod try_out;
mod update;
mod usage;
mod view;
mod walk;

pub use asked::asked_in_console;
pub use attachments::forget_files;
pub use cancel::cancel;
pub use control::{archive, pause, resume};
pub use create::create;
pub use export::{csv, csv_head, exported};
pub use folded::key_of;
pub use get::{get, id_of};
pub use list::list;
pub use opening::{opening, wanted};
pub(crate) use parameters::{sample, undeclared};
pub use plan::{Plan, plan};
pub use post::{Posted, post, post_each};
pub use preview::{PreviewAsked, preview};
pub use publish::renew;
pub(crate) use publish::{publish, take_down};
pub use sender::sender_of;
pub use status::{find, search};
pub use taken::taken;
pub use try_out::{foresee, material, try_out};
pub use update::update;
pub use usage::overview;
pub use view::view;
pub use walk::{Callable, walk};
