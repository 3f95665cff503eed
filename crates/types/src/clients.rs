//! Systems that call the API.

use crate::access::Permission;
use crate::{ClientId, UnitId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Calls a minute, where nothing else is said.
pub const DEFAULT_RATE: i32 = 6_000;
/// Most calls a minute that can be allowed.
pub const MOST_RATE: i32 = 600_000;
/// How many hours the old secrets work beside a new one, where nothing else is said.
pub const DEFAULT_OVERLAP: i32 = 24;
/// Longest overlap of secrets, in hours: 30 days.
pub const MOST_OVERLAP: i32 = 720;

/// Calls at once after a pause, where nothing else is said: six seconds' worth, but some at least.
#[must_use]
pub fn default_burst(requests_per_minute: i32) -> i32 {
    (requests_per_minute / 10).max(10).min(requests_per_minute)
}

/// A system that may call the API, as admins see it. Its secret is never shown again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ApiClient {
    pub id: ClientId,
    pub unit_id: UnitId,
    #[cfg_attr(feature = "utoipa", schema(example = "Student records"))]
    pub name: String,
    pub scopes: Vec<Permission>,
    /// Addresses and networks it may call from; empty: from anywhere.
    #[cfg_attr(feature = "utoipa", schema(example = json!(["192.0.2.7", "2001:db8::/32"])))]
    pub allowed_networks: Vec<String>,
    /// How often it may call, on the average.
    pub requests_per_minute: i32,
    /// How many calls it may make at once after a pause.
    pub burst: i32,
    /// Who answers for what it does: counts as the author of its campaigns.
    pub owner: Option<String>,
    /// The reader answers for it: nobody else can give it a new secret.
    pub mine: bool,
    /// Secrets that work now: two while they are being changed.
    pub secrets: i64,
    /// When each of them was made and how long it works, the newest first.
    pub live_secrets: Vec<ApiSecret>,
    /// Tokens that work now.
    pub tokens: i64,
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub created_at: Timestamp,
    /// Its last call or token, to the minute.
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub last_used_at: Option<Timestamp>,
    /// The address that call came from.
    pub last_used_from: Option<String>,
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub revoked_at: Option<Timestamp>,
    /// Send it back with a change: one that somebody else made meanwhile is not overwritten.
    pub edit_version: i32,
}

/// A secret that works now; what it is nobody can see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ApiSecret {
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub created_at: Timestamp,
    /// Absent: until a new one is made.
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub expires_at: Option<Timestamp>,
}

/// What an admin fills in to let a system in, or to change what it may.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ApiClientInput {
    #[cfg_attr(feature = "utoipa", schema(example = "Student records"))]
    pub name: String,
    /// What it may do in the unit and below; nobody gives more than they hold.
    #[cfg_attr(feature = "utoipa", schema(example = json!(["messages:write", "messages:read"])))]
    pub scopes: Vec<Permission>,
    /// Addresses (`192.0.2.7`) and networks (`192.0.2.0/24`, `2001:db8::/32`) it may call from, at most 100; empty: from anywhere.
    #[serde(default)]
    #[cfg_attr(feature = "utoipa", schema(example = json!(["192.0.2.7", "2001:db8::/32"])))]
    pub allowed_networks: Vec<String>,
    /// How often it may call, 1 to 600,000; absent: 6,000.
    #[serde(default)]
    pub requests_per_minute: Option<i32>,
    /// How many calls it may make at once after a pause, up to a minute's worth; absent: a tenth of that, but 10 at least.
    #[serde(default)]
    pub burst: Option<i32>,
    /// For a change: the `edit_version` that was read.
    #[serde(default)]
    pub edit_version: i32,
}

/// How a secret is changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct RotateInput {
    /// How long the present secrets still work, 0 to 720; absent: 24. With 0 they end at once, and so do the tokens given for them.
    #[cfg_attr(feature = "utoipa", schema(example = 24))]
    pub overlap_hours: Option<i32>,
}

/// Shown once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ApiCredentials {
    pub client_id: ClientId,
    /// 256 random bits; only their SHA-256 is kept.
    pub client_secret: String,
}
