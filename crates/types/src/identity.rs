//! Staff: who they are, which roles they hold, what they may change about themselves.

use crate::access::Role;
use crate::text_enum::text_enum;
use crate::{Language, UserId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

text_enum! {
    /// Where a member of staff stands.
    UserStatus {
        /// Was invited and has not chosen a password yet.
        Invited = "invited",
        Active = "active",
        /// Cannot sign in; the roles are kept.
        Disabled = "disabled",
    }
}

text_enum! {
    /// The console's colours.
    Theme {
        /// As the operating system says.
        System = "system",
        Light = "light",
        Dark = "dark",
    }
}

/// A role that comes from a unit above.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct InheritedRole {
    pub role: Role,
    /// Name of the unit in which it was given.
    pub unit: String,
}

/// Somebody who may do something in a unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Member {
    pub id: UserId,
    pub email: String,
    pub name: String,
    pub status: UserStatus,
    /// Given in this unit.
    pub roles: Vec<Role>,
    /// Given in the units above.
    pub inherited: Vec<InheritedRole>,
    /// Whether whoever asks may disable, enable or sign out this person: they manage all the units in which the person
    /// has a role, and hold no less.
    pub manageable: bool,
    /// It is the one who asks.
    pub is_self: bool,
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub last_sign_in_at: Option<Timestamp>,
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub created_at: Timestamp,
}

/// Somebody new in a unit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct InviteInput {
    pub email: String,
    pub name: String,
    pub roles: Vec<Role>,
    /// Language of the invitation and, to begin with, of the console.
    #[serde(default)]
    pub language: Language,
}

/// What people change about themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ProfileInput {
    pub name: String,
    pub language: Language,
    pub theme: Theme,
    /// IANA name.
    pub time_zone: String,
}

/// A new password of one's own.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordInput {
    pub current: String,
    pub new: String,
}

/// Passwords are never printed.
impl std::fmt::Debug for PasswordInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordInput(…)")
    }
}

/// A browser in which somebody is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct SessionInfo {
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub created_at: Timestamp,
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub seen_at: Timestamp,
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub expires_at: Timestamp,
    /// The one that asks.
    pub current: bool,
}

/// Whom an invitation is for, as its page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invited {
    pub email: String,
    pub name: String,
    pub language: Language,
}

/// The first system admin, and the university itself where there is none yet.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SetupInput {
    /// Name of the topmost unit; not looked at when there is one.
    pub university: String,
    pub name: String,
    pub email: String,
    pub password: String,
    pub language: Language,
    /// IANA name; empty: the installation's usual one.
    pub time_zone: String,
}
