//! People, units, the audit log, one's own account.

mod account;
mod api;
mod audit;
mod frame;
mod invite;
mod people;
mod person;
mod unit_form;
mod units;
mod words;

use crate::layout::use_here;
use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};
use types::access::Permission;

/// The area's first page: the people, for those who manage them, else one's own account.
pub struct OverviewPage;

#[lazy_route]
impl LazyRoute for OverviewPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        let here = use_here();
        view! {
            <Show when=move || here.may(Permission::ManageMembers) fallback=|| view! { <account::Account /> }>
                <people::People />
            </Show>
        }
        .into_any()
    }
}

/// Units.
pub struct UnitsPage;

#[lazy_route]
impl LazyRoute for UnitsPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <units::Units /> }.into_any()
    }
}

/// The audit log.
pub struct AuditPage;

#[lazy_route]
impl LazyRoute for AuditPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <audit::Audit /> }.into_any()
    }
}

/// One's own account.
pub struct AccountPage;

#[lazy_route]
impl LazyRoute for AccountPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <account::Account /> }.into_any()
    }
}
