//! Systems that call the API: their secrets, the short-lived tokens they get for them (RFC 6749, client credentials), from where they may
//! call and how often.
//!
//! Secrets and tokens are 256 random bits, so a plain SHA-256 of them is kept: argon2 is for what people choose. Every
//! client has a person who answers for it. Where nobody is named (the command line), it gets a user of its own that
//! cannot sign in, so that authorship and the four eyes of an approval hold for clients as for people.

mod authenticate;
mod limit;
mod list;
mod manage;
mod meter;
mod networks;
mod secrets;
mod token;
mod update;

pub use authenticate::{Caller, authenticate};
pub use limit::{Limit, Standing};
pub use list::{get, list};
pub use manage::{create, create_by_operator, revoke, unit_of};
pub use meter::{Meter, Quota};
pub use secrets::rotate;
pub use token::{TOKEN_SECONDS, Token, exchange, exchange_in, forget_expired};
pub use update::update;

#[cfg(test)]
mod bounds_tests;
#[cfg(test)]
mod tests;
