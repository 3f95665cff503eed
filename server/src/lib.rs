//! The Campanile server: configuration, database, HTTP, jobs and the command line, as a library so that tests can
//! put the parts together themselves.

pub mod backup;
pub mod config;
pub mod database;
pub mod embedded;
pub mod migrate;
