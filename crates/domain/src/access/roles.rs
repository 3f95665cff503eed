//! Built-in roles as named sets of permissions.

use types::access::{Permission, Role};

const VIEWER: &[Permission] = &[
    Permission::ViewUnit,
    Permission::ReadContacts,
    Permission::ReadTopics,
    Permission::ReadContent,
    Permission::ReadCampaigns,
    Permission::ReadReports,
];

const AUTHOR: &[Permission] = &[
    Permission::ViewUnit,
    Permission::ReadContacts,
    Permission::ReadTopics,
    Permission::ReadContent,
    Permission::ReadCampaigns,
    Permission::ReadReports,
    Permission::ManageContacts,
    Permission::ImportContacts,
    Permission::EditContent,
    Permission::EditCampaigns,
    Permission::ControlSending,
    Permission::ReadMessages,
];

const APPROVER: &[Permission] = &[
    Permission::ViewUnit,
    Permission::ReadContacts,
    Permission::ReadTopics,
    Permission::ReadContent,
    Permission::ReadCampaigns,
    Permission::ReadReports,
    Permission::ApproveCampaigns,
    Permission::ControlSending,
    Permission::ReadMessages,
];

const UNIT_ADMIN: &[Permission] = &[
    Permission::ViewUnit,
    Permission::ReadContacts,
    Permission::ReadTopics,
    Permission::ReadContent,
    Permission::ReadCampaigns,
    Permission::ReadReports,
    Permission::ManageContacts,
    Permission::ImportContacts,
    Permission::ExportContacts,
    Permission::ManageTopics,
    Permission::ManageSuppressions,
    Permission::EditContent,
    Permission::ManageSenders,
    Permission::EditCampaigns,
    Permission::ApproveCampaigns,
    Permission::ControlSending,
    Permission::ReadMessages,
    Permission::SendMessages,
    Permission::ReadAudit,
    Permission::ManageMembers,
    Permission::ManageClients,
    Permission::ReadWebhooks,
    Permission::ManageWebhooks,
];

/// What a role may do in its unit and all below.
#[must_use]
pub fn permissions_of(role: Role) -> &'static [Permission] {
    match role {
        Role::Viewer => VIEWER,
        Role::Author => AUTHOR,
        Role::Approver => APPROVER,
        Role::UnitAdmin => UNIT_ADMIN,
        Role::SystemAdmin => Permission::ALL,
    }
}

/// Roles that somebody with these permissions may give to others: nobody gives more than they hold.
#[must_use]
pub fn roles_grantable_by(may: impl Fn(Permission) -> bool) -> Vec<Role> {
    if !may(Permission::ManageMembers) {
        return Vec::new();
    }
    Role::ALL
        .iter()
        .copied()
        .filter(|role| permissions_of(*role).iter().all(|p| may(*p)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_admin_makes_no_system_admin() {
        let grantable = roles_grantable_by(|p| UNIT_ADMIN.contains(&p));
        assert_eq!(
            grantable,
            [Role::Viewer, Role::Author, Role::Approver, Role::UnitAdmin]
        );
    }

    #[test]
    fn an_author_grants_nothing() {
        assert!(roles_grantable_by(|p| AUTHOR.contains(&p)).is_empty());
    }

    #[test]
    fn every_role_sees_its_unit() {
        for role in Role::ALL {
            assert!(permissions_of(*role).contains(&Permission::ViewUnit), "{role}");
        }
    }
}
