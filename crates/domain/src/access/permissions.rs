//! A type for each permission, so that a function's signature says what it takes.

use types::access::Permission;

/// A permission as a type.
pub trait Permits: Send + Sync + 'static {
    const PERMISSION: Permission;
}

macro_rules! permits {
    ($($name:ident),+ $(,)?) => {$(
        #[doc = concat!("See [`Permission::", stringify!($name), "`].")]
        #[derive(Debug, Clone, Copy)]
        pub struct $name;
        impl Permits for $name {
            const PERMISSION: Permission = Permission::$name;
        }
    )+};
}

permits!(
    ViewUnit,
    ReadContacts,
    ManageContacts,
    ImportContacts,
    ExportContacts,
    ReadTopics,
    ManageTopics,
    ManageSuppressions,
    ReadContent,
    EditContent,
    ManageSenders,
    ReadCampaigns,
    EditCampaigns,
    ApproveCampaigns,
    ControlSending,
    ReadMessages,
    SendMessages,
    ReadReports,
    ReadAudit,
    ManageMembers,
    ManageClients,
    ReadWebhooks,
    ManageWebhooks,
    ManageUnits,
    ManageSystem,
);
