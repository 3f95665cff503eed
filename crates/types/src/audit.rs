//! The audit log, line by line.

use crate::AuditId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One act: who did what to which thing, when. Append-only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct AuditEntry {
    pub id: AuditId,
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub at: Timestamp,
    /// `user`, `client` or `system`.
    pub actor_kind: String,
    pub actor_id: Option<Uuid>,
    pub actor_name: String,
    /// noun.verb in the past tense: `campaign.submitted`.
    pub action: String,
    pub object_kind: String,
    pub object_id: Option<Uuid>,
    pub object_name: String,
    pub detail: serde_json::Value,
}
