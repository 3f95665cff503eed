//! What mail leaves by and under whose name: relays, sender domains, their DKIM keys and the DNS records around them.

use crate::text_enum::text_enum;
use crate::{DkimKeyId, RelayId, SenderDomainId, UnitId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

text_enum! {
    /// How the connection to a relay is protected.
    RelaySecurity {
        /// In the clear, also the password: for a relay on this machine or in a closed network.
        None = "none",
        /// STARTTLS when offered; with a password it must be.
        Opportunistic = "opportunistic",
        /// STARTTLS with a good certificate, or nothing.
        Required = "required",
        /// TLS from the first byte, with a good certificate (RFC 8314).
        Implicit = "implicit",
    }
}

text_enum! {
    /// What a relay may be for: own workers and connections each.
    RelayLane {
        /// Answers to what a person did.
        Transactional = "transactional",
        /// Necessary notices.
        Operational = "operational",
        /// Everything else.
        Marketing = "marketing",
    }
}

text_enum! {
    /// How a DKIM key signs.
    DkimKind {
        /// RSA of 2048 bits (RFC 6376): every receiver understands it.
        Rsa2048 = "rsa2048",
        /// Ed25519 (RFC 8463): short and quick, beside an RSA key since not every receiver understands it.
        Ed25519 = "ed25519",
    }
}

text_enum! {
    /// What has become of a DKIM key.
    DkimState {
        /// Its record has not been seen yet: nothing is signed with it.
        Waiting = "waiting",
        /// Signs.
        Active = "active",
        /// Signs no more; its record stays for mail that is still on its way.
        Retired = "retired",
    }
}

text_enum! {
    /// What a DNS record is for.
    RecordPurpose {
        /// The public half of a signing key.
        Dkim = "dkim",
        /// Who may send with envelope senders in the bounce domain.
        Spf = "spf",
        /// What receivers do with mail that only claims to be from the domain.
        Dmarc = "dmarc",
        /// Where bounces come back to.
        BounceMx = "bounce_mx",
        /// Where links in messages lead first.
        Tracking = "tracking",
    }
}

text_enum! {
    /// What was found of a DNS record.
    RecordState {
        /// Nobody has looked yet.
        Unchecked = "unchecked",
        Found = "found",
        Missing = "missing",
        /// There is one, but it says something else.
        Different = "different",
        /// The resolver gave no answer.
        Failed = "failed",
    }
}

/// A machine that takes mail from us. Its password is never shown again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Relay {
    pub id: RelayId,
    pub name: String,
    pub host: String,
    pub port: i32,
    pub security: RelaySecurity,
    /// Empty: no sign-in. With a user there is a password too.
    pub username: String,
    /// Further certificate authorities to trust, PEM.
    pub authorities: String,
    /// What it serves; empty: everything.
    pub lanes: Vec<RelayLane>,
    /// Its share among relays of the same priority, 1 to 100.
    pub weight: i32,
    /// Lower first; the next only when all above are broken.
    pub priority: i32,
    /// Connections for campaigns that one worker process holds.
    pub connections: i32,
    pub max_per_second: Option<f64>,
    pub is_active: bool,
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub created_at: Timestamp,
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub updated_at: Timestamp,
    /// Give it back when changing the relay.
    pub edit_version: i32,
}

/// What an admin fills in to make or change a relay.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct RelayInput {
    pub name: String,
    pub host: String,
    pub port: i32,
    pub security: RelaySecurity,
    /// Empty: no sign-in.
    #[serde(default)]
    pub username: String,
    /// Empty: the one that is kept already, which is only possible while host and user stay the same.
    #[serde(default)]
    pub password: String,
    #[serde(default)]
    pub authorities: String,
    #[serde(default)]
    pub lanes: Vec<RelayLane>,
    #[serde(default = "ten")]
    pub weight: i32,
    #[serde(default = "ten")]
    pub priority: i32,
    #[serde(default = "ten")]
    pub connections: i32,
    #[serde(default)]
    pub max_per_second: Option<f64>,
    #[serde(default = "yes")]
    pub is_active: bool,
    /// The version that is being changed; of no meaning for a new relay.
    #[serde(default)]
    pub edit_version: i32,
}

fn ten() -> i32 {
    10
}

fn yes() -> bool {
    true
}

impl Default for RelayInput {
    fn default() -> Self {
        Self {
            name: String::new(),
            host: String::new(),
            port: 587,
            security: RelaySecurity::Required,
            username: String::new(),
            password: String::new(),
            authorities: String::new(),
            lanes: Vec::new(),
            weight: ten(),
            priority: ten(),
            connections: ten(),
            max_per_second: None,
            is_active: true,
            edit_version: 0,
        }
    }
}

/// Passwords are never printed.
impl std::fmt::Debug for RelayInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RelayInput({}:{}, …)", self.host, self.port)
    }
}

/// What trying a relay showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct RelayTrial {
    /// Connected, protected and signed in as the relay asks.
    pub works: bool,
    /// The relay's or the network's own words where it did not work.
    pub trouble: String,
}

/// A domain that mail is from, with its keys.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct SenderDomain {
    pub id: SenderDomainId,
    pub unit_id: UnitId,
    /// Lower case, in ASCII.
    pub domain: String,
    /// Where bounces go, unless a unit has a domain of its own; empty: the sender's own domain.
    pub bounce_domain: String,
    /// What links in messages begin with, unless a unit has its own; empty: the installation's address.
    pub tracking_origin: String,
    pub max_per_second: Option<f64>,
    pub warm_up: Option<WarmUp>,
    /// When a signing key's record was first seen.
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub verified_at: Option<Timestamp>,
    /// When the records were last looked up.
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub checked_at: Option<Timestamp>,
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub created_at: Timestamp,
    /// Give it back when changing the domain.
    pub edit_version: i32,
    /// The newest first.
    pub keys: Vec<DkimKey>,
    /// What to publish, with what the last check found.
    pub records: Vec<DnsRecord>,
}

/// What is filled in to make or change a sender domain.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct SenderDomainInput {
    /// Cannot be changed later.
    pub domain: String,
    #[serde(default)]
    pub bounce_domain: String,
    #[serde(default)]
    pub tracking_origin: String,
    #[serde(default)]
    pub max_per_second: Option<f64>,
    #[serde(default)]
    pub warm_up: Option<WarmUp>,
    /// The version that is being changed; of no meaning for a new domain.
    #[serde(default)]
    pub edit_version: i32,
}

/// A new domain is trusted with a little at first: so many messages on the first day, and so many times more each day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct WarmUp {
    /// `2026-11-22`
    pub started_on: String,
    pub first_day: i64,
    /// Above 1.
    pub factor: f64,
}

/// A key that signs a domain's mail; its private half never leaves the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct DkimKey {
    pub id: DkimKeyId,
    pub selector: String,
    pub kind: DkimKind,
    /// What to publish at `selector._domainkey.domain`.
    pub public_record: String,
    pub state: DkimState,
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub created_at: Timestamp,
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub activated_at: Option<Timestamp>,
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub retired_at: Option<Timestamp>,
    /// For a retired key: from when on its record may be removed.
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub removable_at: Option<Timestamp>,
}

/// Which kind of key to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct DkimKeyInput {
    pub kind: DkimKind,
}

/// A DNS record as it should be, and what was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct DnsRecord {
    pub purpose: RecordPurpose,
    /// Full name, without the dot at the end.
    pub name: String,
    /// `TXT`, `MX` or `CNAME`.
    pub kind: String,
    /// What to publish; for SPF and DMARC a suggestion.
    pub value: String,
    /// The key whose record it is.
    pub key: Option<DkimKeyId>,
    pub state: RecordState,
    /// What is there instead.
    #[serde(default)]
    pub found: Vec<String>,
}

/// What a check of a domain's records found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DnsCheck {
    #[serde(with = "crate::time")]
    pub at: Timestamp,
    pub records: Vec<DnsRecord>,
}

/// How fast a recipients' domain takes mail, over all nodes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct RecipientLimit {
    pub domain: String,
    #[serde(default)]
    pub max_per_second: Option<f64>,
    /// Messages of campaigns under way to it at the same time: each on a connection of its own.
    #[serde(default)]
    pub max_connections: Option<i32>,
}

/// A unit's own bounce domain and address of links; empty: those of the units above, or of the sender domain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct UnitPlaces {
    #[serde(default)]
    pub bounce_domain: String,
    #[serde(default)]
    pub tracking_origin: String,
}
