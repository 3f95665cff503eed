//! What commands have in common: what operators type, and what they are told.

use domain::Tx;
use types::{ApiError, UnitId};

/// The unit with a key.
///
/// # Errors
/// In words when there is none; archived units are none.
pub(super) async fn unit(tx: &mut Tx, key: &str) -> anyhow::Result<UnitId> {
    let found = domain::units::by_key(tx, key).await?;
    found.ok_or_else(|| anyhow::anyhow!("there is no unit with the key {key}"))
}

/// The catalogue's words: what the console would say.
pub(super) fn in_words(error: domain::Error) -> anyhow::Error {
    let error = ApiError::from(error);
    let text = |code: &str, params| i18n::error_text(i18n::Locale::en, code, params);
    if error.fields.is_empty() {
        return anyhow::anyhow!(text(error.code.as_str(), &error.params));
    }
    let fields = error
        .fields
        .iter()
        .map(|field| format!("{}: {}", field.field, text(field.code.as_str(), &field.params)));
    anyhow::anyhow!(fields.collect::<Vec<_>>().join("; "))
}
