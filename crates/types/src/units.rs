//! Business units.

use crate::{Language, UnitId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A business unit, as its admins see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Unit {
    pub id: UnitId,
    pub parent_id: Option<UnitId>,
    /// Part of the console's addresses: lower-case letters, digits, hyphens.
    pub key: String,
    pub name: String,
    /// Printed in the footer of every message.
    pub postal_address: String,
    pub website: String,
    /// `#rrggbb`
    pub accent: String,
    /// Domains that sender profiles here and below may use.
    pub sender_domains: Vec<String>,
    pub default_language: Language,
    /// IANA name.
    pub time_zone: String,
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub created_at: Timestamp,
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub archived_at: Option<Timestamp>,
}

/// What an admin fills in to make or change a unit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct UnitInput {
    pub key: String,
    pub name: String,
    #[serde(default)]
    pub postal_address: String,
    #[serde(default)]
    pub website: String,
    #[serde(default)]
    pub accent: String,
    #[serde(default)]
    pub sender_domains: Vec<String>,
    #[serde(default)]
    pub default_language: Language,
    #[serde(default)]
    pub time_zone: String,
}
