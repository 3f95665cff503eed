//! The four languages of console, public pages and mail.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A language Campanile speaks; contacts without one get their unit's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Language {
    #[default]
    En,
    Pl,
    De,
    Fr,
}

impl Language {
    pub const ALL: [Self; 4] = [Self::En, Self::Pl, Self::De, Self::Fr];

    /// ISO 639-1 code, as in `lang=""` and in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Pl => "pl",
            Self::De => "de",
            Self::Fr => "fr",
        }
    }

    /// The language's name in itself, for a language menu.
    #[must_use]
    pub fn autonym(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Pl => "Polski",
            Self::De => "Deutsch",
            Self::Fr => "Français",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Takes the primary subtag (RFC 5646), so `pl-PL` is Polish; anything unknown is an error.
impl FromStr for Language {
    type Err = UnknownLanguage;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let primary = s
            .split(['-', '_'])
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        Self::ALL
            .into_iter()
            .find(|language| language.code() == primary)
            .ok_or(UnknownLanguage)
    }
}

/// The tag names no language of Campanile.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("unknown language")]
pub struct UnknownLanguage;
