//! People, units, sender domains, relays, API clients, the audit log, one's own account.

mod account;
mod acts;
mod api;
mod audit;
mod client_edit;
mod client_forms;
mod clients;
mod clients_api;
pub(crate) mod copy;
mod dkim_keys;
mod dns_records;
mod domain_form;
mod frame;
mod invite;
mod limits;
mod live;
mod live_lanes;
mod live_running;
mod live_tables;
mod people;
mod person;
mod places;
mod relay_form;
mod relays;
mod scopes;
mod sender_domain;
mod sender_domains;
mod sending_api;
mod unit_form;
mod units;
mod webhook;
mod webhook_events;
mod webhook_form;
mod webhook_words;
mod webhooks;
mod webhooks_api;
mod words;

use crate::area::area;
use crate::layout::use_here;
use leptos::prelude::*;
use types::access::Permission;

area! { settings_area, __preload_settings_area;
    /// The area's first page: the people, for those who manage them, else one's own account.
    OverviewPage => overview();
    /// Units.
    UnitsPage => view! { <units::Units /> };
    /// Systems that call the API.
    ClientsPage => view! { <clients::Clients /> };
    /// Relays, and how fast others take mail.
    RelaysPage => view! { <relays::Relays /> };
    /// What is being sent at this moment.
    LivePage => view! { <live::LiveSending /> };
    /// The unit's sender domains.
    DomainsPage => view! { <sender_domains::SenderDomains /> };
    /// One of them.
    DomainPage => view! { <sender_domain::OneDomain /> };
    /// Where events of messages are posted to.
    WebhooksPage => view! { <webhooks::Webhooks /> };
    /// One of them.
    WebhookPage => view! { <webhook::OneWebhook /> };
    /// The audit log.
    AuditPage => view! { <audit::Audit /> };
    /// One's own account.
    AccountPage => view! { <account::Account /> };
}

/// The people, for those who manage them, else one's own account.
fn overview() -> impl IntoView {
    let here = use_here();
    view! {
        <Show when=move || here.may(Permission::ManageMembers) fallback=|| view! { <account::Account /> }>
            <people::People />
        </Show>
    }
}
