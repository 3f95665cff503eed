//! The one renderer of Campanile: preview, test send, delivery and view in browser all use it (law 9).
//!
//! ```text
//! template (MJML) + slots ──assemble──► MJML with placeholders for tags ──mrml──► HTML ──number links──►
//!     footer, preheader, text part ──tags back, checked, minijinja──► Compiled      (once per revision)
//! Compiled + Person + LinkMap ──substitution──► subject, sender's name, HTML, text  (per recipient)
//! ```
//!
//! Native and wasm, without clock, randomness or I/O; the same input gives the same bytes.

mod assemble;
mod checks;
mod compile;
mod compiled;
mod contrast;
mod expand;
mod expression;
mod filters;
mod footer;
mod links;
mod markup;
mod part;
mod person;
mod problem;
mod sanitize;
mod scan;
mod setting;
mod source;
mod structure;
mod text;
mod wire;

pub use checks::{Finding, Severity, check, check_compiled};
pub use compile::compile;
pub use compiled::{Compiled, Link, Rendered};
pub use links::{LinkMap, PlainLinks};
pub use part::VariableUse;
pub use person::Person;
pub use problem::{Place, Problem, ProblemCode};
pub use sanitize::clean_rich_text;
pub use setting::{Draft, FooterTexts, Setting, Words};
pub use source::{
    CLIPPED_BYTES, Content, FooterWords, MAX_OUTPUT_BYTES, MAX_SOURCE_BYTES, Source, TemplateSource, UnitInfo,
};
