//! What an API client may do: its scopes in the reader's words, in groups, and the ticks that choose them.

use crate::layout::use_here;
use crate::ui::*;
use i18n::{I18nContext, Locale, t, t_string, use_i18n};
use leptos::prelude::*;
use std::collections::BTreeSet;
use types::ApiError;
use types::access::Permission;

/// Scopes that belong together for the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    People,
    Messages,
    Topics,
    Content,
    Unit,
}

/// Every scope that can be chosen, once. `ViewUnit` is not among them: every client has it.
const GROUPS: [(Group, &[Permission]); 5] = [
    (
        Group::People,
        &[
            Permission::ReadContacts,
            Permission::ManageContacts,
            Permission::ImportContacts,
            Permission::ExportContacts,
            Permission::ManageSuppressions,
        ],
    ),
    (
        Group::Messages,
        &[
            Permission::ReadCampaigns,
            Permission::EditCampaigns,
            Permission::ApproveCampaigns,
            Permission::ControlSending,
            Permission::ReadMessages,
            Permission::SendMessages,
            Permission::ReadReports,
        ],
    ),
    (Group::Topics, &[Permission::ReadTopics, Permission::ManageTopics]),
    (
        Group::Content,
        &[
            Permission::ReadContent,
            Permission::EditContent,
            Permission::ManageSenders,
        ],
    ),
    (
        Group::Unit,
        &[
            Permission::ReadAudit,
            Permission::ManageMembers,
            Permission::ManageClients,
            Permission::ReadWebhooks,
            Permission::ManageWebhooks,
            Permission::ManageUnits,
            Permission::ManageSystem,
        ],
    ),
];

fn group_name(i18n: I18nContext<Locale>, group: Group) -> &'static str {
    match group {
        Group::People => t_string!(i18n, settings.scopes_people),
        Group::Messages => t_string!(i18n, settings.scopes_messages),
        Group::Topics => t_string!(i18n, settings.scopes_topics),
        Group::Content => t_string!(i18n, settings.scopes_content),
        Group::Unit => t_string!(i18n, settings.scopes_unit),
    }
}

/// A scope in the reader's words.
pub(super) fn scope_name(i18n: I18nContext<Locale>, scope: Permission) -> &'static str {
    match scope {
        Permission::ViewUnit => t_string!(i18n, settings.scope_unit_view),
        Permission::ReadContacts => t_string!(i18n, settings.scope_contacts_read),
        Permission::ManageContacts => t_string!(i18n, settings.scope_contacts_write),
        Permission::ImportContacts => t_string!(i18n, settings.scope_contacts_import),
        Permission::ExportContacts => t_string!(i18n, settings.scope_contacts_export),
        Permission::ReadTopics => t_string!(i18n, settings.scope_topics_read),
        Permission::ManageTopics => t_string!(i18n, settings.scope_topics_write),
        Permission::ManageSuppressions => t_string!(i18n, settings.scope_suppressions_write),
        Permission::ReadContent => t_string!(i18n, settings.scope_content_read),
        Permission::EditContent => t_string!(i18n, settings.scope_content_write),
        Permission::ManageSenders => t_string!(i18n, settings.scope_senders_write),
        Permission::ReadCampaigns => t_string!(i18n, settings.scope_campaigns_read),
        Permission::EditCampaigns => t_string!(i18n, settings.scope_campaigns_write),
        Permission::ApproveCampaigns => t_string!(i18n, settings.scope_campaigns_approve),
        Permission::ControlSending => t_string!(i18n, settings.scope_campaigns_control),
        Permission::ReadMessages => t_string!(i18n, settings.scope_messages_read),
        Permission::SendMessages => t_string!(i18n, settings.scope_messages_write),
        Permission::ReadReports => t_string!(i18n, settings.scope_reports_read),
        Permission::ReadAudit => t_string!(i18n, settings.scope_audit_read),
        Permission::ManageMembers => t_string!(i18n, settings.scope_members_write),
        Permission::ManageClients => t_string!(i18n, settings.scope_clients_write),
        Permission::ReadWebhooks => t_string!(i18n, settings.scope_webhooks_read),
        Permission::ManageWebhooks => t_string!(i18n, settings.scope_webhooks_write),
        Permission::ManageUnits => t_string!(i18n, settings.scope_units_write),
        Permission::ManageSystem => t_string!(i18n, settings.scope_system_write),
    }
}

/// A tick for each scope that the reader holds here (nobody gives more), and for those that are chosen already. The server decides.
#[component]
pub(super) fn ScopeTicks(
    scopes: RwSignal<BTreeSet<Permission>>,
    error: RwSignal<Option<ApiError>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let wrong = move || {
        error.with(|error| {
            let field = error.as_ref()?.field("scopes")?;
            Some(field_error_text(i18n.get_locale(), field))
        })
    };
    let tick = move |scope: Permission| {
        let toggle = Callback::new(move |on: bool| {
            scopes.update(|scopes| {
                if on {
                    scopes.insert(scope)
                } else {
                    scopes.remove(&scope)
                };
            });
        });
        // The scope's own name below: the API's documentation calls it so.
        view! {
            <Checkbox
                name="scopes"
                value=scope.to_string()
                label=move || scope_name(i18n, scope)
                hint=move || scope.as_str()
                checked=scopes.with_untracked(|scopes| scopes.contains(&scope))
                on_change=toggle
            />
        }
    };
    let groups = GROUPS
        .into_iter()
        .filter_map(|(group, all)| {
            let held: Vec<Permission> = here.unit.with_untracked(|unit| {
                all.iter()
                    .copied()
                    .filter(|scope| {
                        unit.as_ref().is_some_and(|unit| unit.may(*scope))
                            || scopes.with_untracked(|scopes| scopes.contains(scope))
                    })
                    .collect()
            });
            (!held.is_empty()).then(|| {
                view! {
                    <fieldset class="flex min-w-0 flex-col gap-2">
                        <legend class="mb-2 text-[13px] font-medium text-muted">{move || group_name(i18n, group)}</legend>
                        {held.into_iter().map(tick).collect_view()}
                    </fieldset>
                }
            })
        })
        .collect_view();
    view! {
        <fieldset id="field-scopes" class="min-w-0" aria-describedby="field-scopes-error">
            <legend class="mb-2 text-[13px] font-medium text-ink">{t!(i18n, settings.client_may)}</legend>
            <p id="field-scopes-error" class="text-[13px] text-danger">{wrong}</p>
            <div class="grid gap-5 md:grid-cols-2">{groups}</div>
        </fieldset>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_is_offered_once() {
        let mut offered: Vec<Permission> = GROUPS.iter().flat_map(|(_, all)| all.iter().copied()).collect();
        offered.push(Permission::ViewUnit);
        offered.sort();
        assert_eq!(offered, Permission::ALL);
    }
}
