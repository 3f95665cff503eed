//! Roles, permissions and who I am, as the console and API see them. The rules themselves are in `domain::access`.

use crate::text_enum::text_enum;
use crate::{Language, UnitId, UserId};
use serde::{Deserialize, Serialize};

text_enum! {
    /// A named set of permissions; a role in a unit holds in its descendants, never upwards.
    Role {
        Viewer = "viewer",
        Author = "author",
        Approver = "approver",
        UnitAdmin = "unit_admin",
        SystemAdmin = "system_admin",
    }
}

text_enum! {
    /// One thing that one may be allowed to do in a unit. Also the scopes of API clients.
    Permission {
        /// See that the unit exists; every role has it.
        ViewUnit = "unit:view",
        ReadContacts = "contacts:read",
        ManageContacts = "contacts:write",
        ImportContacts = "contacts:import",
        ExportContacts = "contacts:export",
        ReadTopics = "topics:read",
        ManageTopics = "topics:write",
        ManageSuppressions = "suppressions:write",
        ReadContent = "content:read",
        EditContent = "content:write",
        ManageSenders = "senders:write",
        ReadCampaigns = "campaigns:read",
        EditCampaigns = "campaigns:write",
        ApproveCampaigns = "campaigns:approve",
        ControlSending = "campaigns:control",
        /// Who got which triggered message.
        ReadMessages = "messages:read",
        /// Trigger messages.
        SendMessages = "messages:write",
        ReadReports = "reports:read",
        ReadAudit = "audit:read",
        ManageMembers = "members:write",
        ManageClients = "clients:write",
        /// Endpoints of webhooks, and what became of each event.
        ReadWebhooks = "webhooks:read",
        /// Make, change and remove them, and replay events.
        ManageWebhooks = "webhooks:write",
        /// Make, rename, move and archive units.
        ManageUnits = "units:write",
        /// Relays, backups, the whole installation.
        ManageSystem = "system:write",
    }
}

/// A unit the signed-in person can see, with what they may do there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MyUnit {
    pub id: UnitId,
    pub key: String,
    pub name: String,
    pub parent_id: Option<UnitId>,
    /// How deep in the tree the person sees, for indentation; 0 is the topmost they see.
    pub depth: u16,
    pub accent: String,
    pub permissions: Vec<Permission>,
}

impl MyUnit {
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }
}

/// The signed-in person, as the console's frame needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub language: Language,
    /// `system`, `light` or `dark`.
    pub theme: String,
    pub time_zone: String,
    pub units: Vec<MyUnit>,
}
