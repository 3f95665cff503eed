//! The reader's words for roles, states and zones.

use i18n::{I18nContext, Locale, t_string};
use types::access::{MyUnit, Permission, Role};
use types::identity::UserStatus;

pub(super) fn role_name(i18n: I18nContext<Locale>, role: Role) -> &'static str {
    match role {
        Role::Viewer => t_string!(i18n, settings.role_viewer),
        Role::Author => t_string!(i18n, settings.role_author),
        Role::Approver => t_string!(i18n, settings.role_approver),
        Role::UnitAdmin => t_string!(i18n, settings.role_unit_admin),
        Role::SystemAdmin => t_string!(i18n, settings.role_system_admin),
    }
}

pub(super) fn role_hint(i18n: I18nContext<Locale>, role: Role) -> &'static str {
    match role {
        Role::Viewer => t_string!(i18n, settings.role_viewer_hint),
        Role::Author => t_string!(i18n, settings.role_author_hint),
        Role::Approver => t_string!(i18n, settings.role_approver_hint),
        Role::UnitAdmin => t_string!(i18n, settings.role_unit_admin_hint),
        Role::SystemAdmin => t_string!(i18n, settings.role_system_admin_hint),
    }
}

pub(super) fn status_name(i18n: I18nContext<Locale>, status: UserStatus) -> &'static str {
    match status {
        UserStatus::Invited => t_string!(i18n, settings.status_invited),
        UserStatus::Active => t_string!(i18n, settings.status_active),
        UserStatus::Disabled => t_string!(i18n, settings.status_disabled),
    }
}

/// Roles that the reader may give in this unit. For what is offered; the server decides.
pub(super) fn offered(unit: Option<&MyUnit>) -> Vec<Role> {
    let system = unit.is_some_and(|unit| unit.may(Permission::ManageSystem) && unit.parent_id.is_none());
    Role::ALL
        .iter()
        .copied()
        .filter(|role| system || *role != Role::SystemAdmin)
        .collect()
}

/// Time zones to choose from, and whatever is set already.
pub(super) fn zones(present: &str) -> Vec<(String, String)> {
    const ZONES: [&str; 24] = [
        "Europe/Warsaw",
        "Europe/Berlin",
        "Europe/Vienna",
        "Europe/Zurich",
        "Europe/Paris",
        "Europe/Brussels",
        "Europe/Amsterdam",
        "Europe/Luxembourg",
        "Europe/London",
        "Europe/Dublin",
        "Europe/Lisbon",
        "Europe/Madrid",
        "Europe/Rome",
        "Europe/Prague",
        "Europe/Budapest",
        "Europe/Bucharest",
        "Europe/Vilnius",
        "Europe/Kyiv",
        "Europe/Helsinki",
        "Europe/Athens",
        "America/New_York",
        "America/Montreal",
        "Asia/Tokyo",
        "UTC",
    ];
    let own = (!present.is_empty() && !ZONES.contains(&present)).then_some(present);
    own.into_iter()
        .chain(ZONES)
        .map(|zone| (zone.to_owned(), zone.replace('_', " ")))
        .collect()
}
