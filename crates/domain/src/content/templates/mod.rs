//! Shared MJML templates: a unit's template may be used by all units below it, and changed only where it belongs.

mod archive;
mod check;
mod find;
mod read;
mod write;

pub use archive::archive;
pub use find::find;
pub use read::{get, get_version, list, versions};
pub use write::{create, update};
