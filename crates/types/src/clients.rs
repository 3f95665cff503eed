//! Systems that call the API.

use crate::access::Permission;
use crate::{ClientId, UnitId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A system that may call the API, as admins see it. Its secret is never shown again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ApiClient {
    pub id: ClientId,
    pub unit_id: UnitId,
    pub name: String,
    pub scopes: Vec<Permission>,
    /// Who answers for what it does: counts as the author of its campaigns.
    pub owner: Option<String>,
    /// The reader answers for it: nobody else can give it a new secret.
    pub mine: bool,
    /// Secrets that work now: two while they are being changed.
    pub secrets: i64,
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub created_at: Timestamp,
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub last_used_at: Option<Timestamp>,
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub revoked_at: Option<Timestamp>,
}

/// What an admin fills in to let a system in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ApiClientInput {
    pub name: String,
    /// What it may do in the unit and below; nobody gives more than they hold.
    pub scopes: Vec<Permission>,
}

/// Shown once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ApiCredentials {
    pub client_id: ClientId,
    /// 256 random bits; only their SHA-256 is kept.
    pub client_secret: String,
}
