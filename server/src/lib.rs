//! The Campanile server: configuration, database, HTTP, jobs and the command line, as a library so that tests can
//! put the parts together themselves.

pub mod backup;
pub mod cli;
pub mod config;
pub mod database;
pub mod dns;
pub mod embedded;
pub mod engine;
pub mod gather;
pub mod http;
pub mod jobs;
pub mod logging;
pub mod migrate;
pub mod outside;
pub mod state;
pub mod triggered;
pub mod upkeep;
pub mod webhooks;
