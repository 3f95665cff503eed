//! Templates, sender profiles, images, and what surrounds an author's words in a message.

pub mod images;
pub mod samples;
pub mod senders;
mod setting;
pub mod templates;
#[cfg(test)]
mod tests;

pub use setting::{footer_texts, setting};
