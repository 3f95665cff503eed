//! How a client signs in.

pub mod token;
