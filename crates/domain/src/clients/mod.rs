//! Systems that call the API: their secrets, and the short-lived tokens they get for them (RFC 6749, client credentials).
//!
//! Secrets and tokens are 256 random bits, so a plain SHA-256 of them is kept: argon2 is for what people choose. Every
//! client has a person who answers for it. Where nobody is named (the command line), it gets a user of its own that
//! cannot sign in, so that authorship and the four eyes of an approval hold for clients as for people.

mod manage;
mod token;

pub use manage::{create, create_by_operator, list, revoke, rotate};
pub use token::{TOKEN_SECONDS, Token, authenticate, exchange, exchange_in, forget_expired};

#[cfg(test)]
mod tests;
