//! The golden record: one person once in the installation, seen by a unit only through its own membership row (law 3).

pub mod address;
mod create;
mod export;
mod get;
mod identify;
pub mod input;
mod list;
mod merge;
pub(crate) mod update;
mod walk;

pub use create::{create, introduce};
pub use export::export;
pub use get::{find_by_key, get, messages};
pub use identify::{Known, identify};
pub(crate) use input::{Checked, check as check_person};
pub use list::{Filter, count, list};
pub use merge::merge;
pub use update::{remove, set_primary, update};
pub(crate) use walk::normalised_names;
pub use walk::{Walked, named, walk};

#[cfg(test)]
mod tests;
