//! One sender domain: its keys and the records to publish.

use super::dkim_keys::Keys;
use super::dns_records::Records;
use super::domain_form::DomainDialog;
use super::frame::Frame;
use super::sender_domains::Signing;
use super::sending_api::{get_domain, remove_domain};
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_params_map};
use types::sending::SenderDomain;
use types::{ApiError, SenderDomainId};

/// `/c/:unit/settings/domains/:id`
#[component]
pub(super) fn OneDomain() -> impl IntoView {
    let here = use_here();
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params.with(|params| params.get("id").and_then(|id| id.parse::<SenderDomainId>().ok()))
    });
    let domain = Resource::new(
        move || (here.key.get(), id.get()),
        |(unit, id)| async move {
            match id {
                Some(id) => get_domain(unit, id).await,
                None => Err(ApiError::new(types::Code::NotFound)),
            }
        },
    );
    let changed = Callback::new(move |()| domain.refetch());
    view! {
        <Frame current="domains">
            <Transition fallback=|| view! { <SkeletonRows rows=8 /> }>
                {move || domain.get().map(|answer| match answer {
                    Ok(domain) => view! { <Shown domain changed /> }.into_any(),
                    Err(error) => refused(&error),
                })}
            </Transition>
        </Frame>
    }
    .into_any()
}

/// What the page shows instead of itself when the server says no.
fn refused(error: &ApiError) -> AnyView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>()
        && let Ok(status) = axum::http::StatusCode::from_u16(error.status())
    {
        response.set_status(status);
    }
    let i18n = use_i18n();
    let error = error.clone();
    view! { <Notice tone=Tone::Danger>{move || error_text(i18n.get_locale(), &error)}</Notice> }.into_any()
}

#[component]
fn Shown(domain: SenderDomain, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let name = domain.domain.clone();
    let (crumb, heading, for_remove) = (name.clone(), name.clone(), name.clone());
    let id = domain.id;
    let editing = RwSignal::new(Some(domain.clone()));
    let (edit, removing) = (RwSignal::new(false), RwSignal::new(false));
    let error = RwSignal::new(None::<ApiError>);
    let navigate = use_navigate();
    let remove = Action::new(move |(): &()| {
        let (unit, navigate) = (here.key.get_untracked(), navigate.clone());
        async move {
            match remove_domain(unit, id).await {
                Ok(()) => navigate(&here.href("/settings/domains"), Default::default()),
                Err(refused) => error.set(Some(refused)),
            }
        }
    });
    let signing = domain.clone();
    view! {
        <Title text=name />
        <Breadcrumb crumbs=vec![
            Crumb::new(move || t_string!(i18n, sending.domains), here.href("/settings/domains")),
            Crumb::here(crumb),
        ] />
        <div class="mb-6 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
            <div class="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1">
                <h2 class="min-w-0 text-base font-semibold break-all">{heading}</h2>
                <Signing domain=signing />
            </div>
            <div class="flex flex-wrap items-center gap-2">
                <Button kind=Kind::Quiet icon=Icon::Delete on_click=move |_| removing.set(true)>
                    {t!(i18n, sending.domain_remove)}
                </Button>
                <Button icon=Icon::Edit on_click=move |_| edit.set(true)>{t!(i18n, sending.domain_edit)}</Button>
            </div>
        </div>
        <Keys domain=domain.clone() changed />
        <Records domain changed />
        <DomainDialog open=edit editing changed />
        <ConfirmDialog
            id="domain-remove"
            open=removing
            title=move || t_string!(i18n, sending.domain_remove_title, domain = for_remove.clone()).to_string()
            text=move || t_string!(i18n, sending.domain_remove_text)
            confirm=move || t_string!(i18n, sending.domain_remove)
            on_confirm=Callback::new(move |()| { remove.dispatch(()); })
            busy=remove.pending()
            error
        />
    }
    .into_any()
}
