//! Addresses never to write to.

use crate::SuppressionId;
use crate::text_enum::text_enum;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

text_enum! {
    /// Why an address is on the list, which decides what it stops.
    SuppressionReason {
        /// Mail does not arrive there: stops everything.
        Undeliverable = "undeliverable",
        /// The person does not want marketing.
        Unwanted = "unwanted",
        /// The person reported mail as spam: stops marketing.
        Complaint = "complaint",
    }
}

/// One line of a suppression list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Suppression {
    pub id: SuppressionId,
    /// Normalised: lower case, domain in ASCII.
    pub address: String,
    pub reason: SuppressionReason,
    /// Holds in every unit (hard bounces, complaints); such a line belongs to no unit's list.
    pub everywhere: bool,
    /// `console`, `import`, `bounce`, …
    pub source: String,
    pub detail: String,
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub created_at: Timestamp,
}

/// An address to be put on the unit's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct SuppressionInput {
    pub address: String,
    pub reason: SuppressionReason,
    #[serde(default)]
    pub detail: String,
}
