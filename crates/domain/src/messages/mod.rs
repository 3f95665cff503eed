//! Triggered messages. A definition is drafted, sealed and approved as a campaign is ([`crate::campaigns`], [`crate::approvals`]);
//! what was approved stands as a dispatch ([`publish`]) to which every call adds a line.
//!
//! - `create`, `update`, `get`, `parameters`, `control` are about definitions; `usage` and `view` are what people look at, `try_out` what they
//!   try before it is called.
//! - `plan`, `check`, `people`, `post` take a call: which version, whether it is right, to whom, and the rows.
//! - `status` and `cancel` are about single messages.

mod asked;
mod cancel;
mod check;
mod control;
mod create;
mod export;
mod get;
mod list;
mod parameters;
mod people;
mod plan;
mod post;
mod publish;
mod status;
mod try_out;
mod update;
mod usage;
mod view;

pub use asked::asked_in_console;
pub use cancel::cancel;
pub use control::{archive, pause, resume};
pub use create::create;
pub use export::{csv, csv_head, exported};
pub use get::{get, id_of};
pub use list::list;
pub(crate) use parameters::{sample, undeclared};
pub use plan::{Plan, plan};
pub use post::{Posted, post};
pub use publish::renew;
pub(crate) use publish::{publish, take_down};
pub use status::{find, search};
pub use try_out::{foresee, material, try_out};
pub use update::update;
pub use usage::overview;
pub use view::view;
