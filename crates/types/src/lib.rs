//! What the browser, the server and the API say to each other: ids, data transfer types, errors, pages.
//!
//! Compiles for wasm and native. The feature `sqlx` lets ids be columns, `utoipa` describes types in OpenAPI.

pub mod access;
pub mod approvals;
pub mod audit;
pub mod campaigns;
pub mod clients;
pub mod contacts;
pub mod content;
pub mod definitions;
pub mod engine;
pub mod error;
pub mod identity;
pub mod ids;
pub mod imports;
pub mod language;
pub mod live;
pub mod messages;
pub mod page;
pub mod reports;
pub mod sending;
pub mod suppressions;
pub mod text_enum;
mod time;
pub mod topics;
pub mod units;
pub mod webhooks;

pub use error::{ApiError, Code, FieldError};
pub use ids::*;
pub use language::Language;
pub use page::{Page, PageQuery};
