//! Names that callers send as a text or as a number.

use serde::Deserialize;

/// A text or a number.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Word {
    Text(String),
    Number(i64),
}

impl Word {
    /// As a text without blanks around it; none where nothing is said.
    pub fn text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            Self::Number(number) => Some(number.to_string()),
        }
    }
}
