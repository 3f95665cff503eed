//! Importing files: reading them (pure and streaming, whatever their size, encoding and quality) and writing what they hold
//! into the golden record (set-based, resumable, with live progress).

pub mod check;
pub mod dialect;
pub mod encoding;
pub mod formula;
pub mod mapping;
pub mod records;
pub mod rows;

#[cfg(test)]
mod reading_tests;
