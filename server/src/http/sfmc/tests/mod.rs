//! What Marketing Cloud's callers send and read, on real routes and a real database.

mod definitions;
mod messages;
mod oauth;
mod sends;
mod support;
