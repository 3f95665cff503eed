//! The service on real routes and a real database.

mod calls;
mod events;
mod sends;
mod subscribers;
mod support;
