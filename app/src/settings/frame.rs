//! What the pages of settings share: the head with the way between them.

use crate::layout::use_here;
use crate::ui::*;
use i18n::{t_string, use_i18n};
use leptos::prelude::*;
use types::access::Permission;

/// Head and tabs; only what the reader may open.
#[component]
pub(super) fn Frame(
    /// Which tab this is: `people`, `units`, `domains`, `relays`, `live`, `api`, `webhooks`, `audit`, `account`.
    current: &'static str,
    children: Children,
) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let link = move |path: &'static str| Signal::derive(move || here.href(path));
    let mut tabs = Vec::new();
    if here.may(Permission::ManageMembers) {
        tabs.push(Tab::link(
            "people",
            move || t_string!(i18n, settings.people),
            link("/settings"),
        ));
    }
    if here.may(Permission::ManageUnits) {
        tabs.push(Tab::link(
            "units",
            move || t_string!(i18n, settings.units),
            link("/settings/units"),
        ));
    }
    if here.may(Permission::ManageSenders) {
        tabs.push(Tab::link(
            "domains",
            move || t_string!(i18n, sending.domains),
            link("/settings/domains"),
        ));
    }
    if here.may(Permission::ManageSystem) {
        tabs.push(Tab::link(
            "relays",
            move || t_string!(i18n, sending.relays),
            link("/settings/relays"),
        ));
        tabs.push(Tab::link(
            "live",
            move || t_string!(i18n, sending.live),
            link("/settings/live"),
        ));
    }
    if here.may(Permission::ManageClients) {
        tabs.push(Tab::link(
            "api",
            move || t_string!(i18n, settings.clients),
            link("/settings/api"),
        ));
    }
    if here.may(Permission::ReadWebhooks) {
        tabs.push(Tab::link(
            "webhooks",
            move || t_string!(i18n, settings.webhooks),
            link("/settings/webhooks"),
        ));
    }
    if here.may(Permission::ReadAudit) {
        tabs.push(Tab::link(
            "audit",
            move || t_string!(i18n, settings.audit),
            link("/settings/audit"),
        ));
    }
    tabs.push(Tab::link(
        "account",
        move || t_string!(i18n, settings.account),
        link("/settings/account"),
    ));
    view! {
        <Title text=move || t_string!(i18n, settings.title).to_string() />
        <PageHeader title=move || t_string!(i18n, settings.title) />
        <TabLinks label=move || t_string!(i18n, settings.title) tabs selected=Signal::stored(current.to_owned()) />
        {children()}
    }
    .into_any()
}
