//! The tree of business units.

mod account;
mod create;
mod get;
mod numbers;
mod update;

pub use account::{Account, account, set_account_number};
pub use create::{create, create_root};
pub use get::{by_key, children, get, root};
pub use numbers::numbers;
pub use update::{archive, update};

use crate::Result;
use crate::error::Fields;
use types::{Code, FieldError, units::UnitInput};

/// Checks and tidies what an admin filled in.
fn check(input: &UnitInput) -> Result<UnitInput> {
    let mut fields = Fields::new();
    let key = input.key.trim().to_ascii_lowercase();
    let valid_key = !key.is_empty()
        && key.len() <= 48
        && key
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && !key.starts_with('-')
        && !key.ends_with('-');
    if key.is_empty() {
        fields.add("key", Code::Required);
    } else if !valid_key {
        fields.add("key", Code::BadFormat);
    }
    let name = fields.text("name", &input.name, 120);
    let postal_address = fields.optional_text("postal_address", &input.postal_address, 400);
    let website = fields.optional_text("website", &input.website, 300);
    if !website.is_empty() && !website.starts_with("https://") && !website.starts_with("http://") {
        fields.add("website", Code::BadFormat);
    }
    let accent = if input.accent.is_empty() {
        "#2f5bd7".to_owned()
    } else {
        input.accent.to_ascii_lowercase()
    };
    let hex = accent.strip_prefix('#').unwrap_or_default();
    if hex.len() != 6 || !hex.chars().all(|c| c.is_ascii_hexdigit()) {
        fields.add("accent", Code::BadFormat);
    }
    let mut sender_domains: Vec<String> = input
        .sender_domains
        .iter()
        .map(|domain| domain.trim().trim_end_matches('.').to_ascii_lowercase())
        .filter(|d| !d.is_empty())
        .collect();
    sender_domains.sort();
    sender_domains.dedup();
    for domain in &sender_domains {
        let ok = domain.contains('.')
            && domain.len() <= 253
            && domain.split('.').all(|label| {
                !label.is_empty()
                    && label.len() <= 63
                    && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            });
        if !ok {
            fields.push(FieldError::new("sender_domains", Code::BadFormat).with("value", domain));
        }
    }
    let time_zone = if input.time_zone.is_empty() {
        "Europe/Warsaw".to_owned()
    } else {
        input.time_zone.clone()
    };
    if jiff::tz::TimeZone::get(&time_zone).is_err() {
        fields.add("time_zone", Code::BadFormat);
    }
    fields.finish()?;
    Ok(UnitInput {
        key,
        name,
        postal_address,
        website,
        accent,
        sender_domains,
        default_language: input.default_language,
        time_zone,
    })
}
