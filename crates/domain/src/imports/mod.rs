//! Importing files: reading them (pure and streaming, whatever their size, encoding and quality) and writing what they hold
//! into the golden record (set-based, resumable, with live progress).

pub mod check;
mod control;
pub mod dialect;
pub mod encoding;
mod errors;
pub(crate) mod lock;
pub mod mapping;
pub mod records;
pub mod rows;
mod run;
mod stage;
mod upload;
mod write;

pub use control::{cancel, get, list, start, undo};
pub use errors::{errors_csv, first_errors};
pub use run::{give_up, run};
pub use upload::{FILE_BYTES, MayImport, Upload, preview};

#[cfg(test)]
mod reading_tests;
#[cfg(test)]
mod writing_tests;
