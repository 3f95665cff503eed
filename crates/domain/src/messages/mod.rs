//! Triggered messages. A definition is drafted, sealed and approved as a campaign is ([`crate::campaigns`], [`crate::approvals`]);
//! what was approved stands as a dispatch ([`publish`]) to which every call adds a line.
//!
//! - `create`, `update`, `get`, `parameters`, `control` are about definitions.
//! - `plan`, `check`, `people`, `post` take a call: which version, whether it is right, to whom, and the rows.
//! - `status` and `cancel` are about single messages.

mod attachments;
mod cancel;
pub mod catalogue;
mod check;
mod control;
mod copies;
mod create;
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
mod quiet;
mod senders;
pub mod queues;
mod sender;
mod status;
mod taken;
mod update;
mod walk;

pub use attachments::forget_files;
pub use cancel::cancel;
pub use control::{archive, pause, resume};
pub use create::create;
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
pub use update::update;
pub use walk::{Callable, walk};
