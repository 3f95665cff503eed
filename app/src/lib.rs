//! The staff console: Leptos, rendered on the server (`ssr`) and taken over in the browser (`hydrate`).
//!
//! * `routes`: the addresses; every page is loaded lazily
//! * `layout`: the frame around the pages of a unit
//! * `ui`: the design system
//! * one folder an area: `api.rs` (server functions) beside the pages
//! * `ctx` (server only): from a request to the domain and the person who asks

#![recursion_limit = "512"]

mod area;
#[cfg(feature = "ssr")]
pub mod ctx;
pub mod locale;
pub mod routes;
mod shell;

pub mod layout;

pub mod approvals;
pub mod audience;
pub mod content;
pub mod dev;
pub mod home;
pub mod messages;
pub mod reports;
pub mod settings;
pub mod triggered;

pub mod ui;

pub use routes::App;
pub use shell::shell;
