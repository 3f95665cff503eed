//! The unit's sender domains, and its own bounces and links.

use super::domain_form::DomainDialog;
use super::frame::Frame;
use super::places::Places;
use super::sending_api::list_domains;
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use types::sending::{DkimState, RecordState, SenderDomain};

/// `/c/:unit/settings/domains`
#[component]
pub(super) fn SenderDomains() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let query = use_list_query(&[]);
    let rows = Resource::new(move || here.key.get(), list_domains);
    let adding = RwSignal::new(false);
    let add = move || {
        view! {
            <Button kind=Kind::Primary icon=Icon::Plus on_click=move |_| adding.set(true)>
                {t!(i18n, sending.domain_add)}
            </Button>
        }
    };
    view! {
        <Frame current="domains">
            <div class="mb-4 flex flex-wrap items-start justify-between gap-4">
                <p class="max-w-2xl text-sm text-muted">{t!(i18n, sending.domains_text)}</p>
                {add()}
            </div>
            <DataTable
                caption=move || t_string!(i18n, sending.domains)
                query
                rows
                columns=columns()
                row_id=|row: &SenderDomain| row.id.to_string()
                empty=move || {
                    view! {
                        <EmptyState
                            icon=Icon::Shield
                            title=move || t_string!(i18n, sending.domains_empty)
                            text=move || t_string!(i18n, sending.domains_empty_text)
                        >
                            {add()}
                        </EmptyState>
                    }
                }
            />
            <DomainDialog open=adding editing=RwSignal::new(None) changed=Callback::new(|()| {}) />
            <Places />
        </Frame>
    }
    .into_any()
}

fn columns() -> Vec<Column<SenderDomain>> {
    let i18n = use_i18n();
    let here = use_here();
    vec![
        Column::new(
            move || t_string!(i18n, sending.domain),
            move |row: &SenderDomain| {
                let path = format!("/settings/domains/{}", row.id);
                view! {
                    <a href=move || here.href(&path) class="font-medium break-all text-accent underline">
                        {row.domain.clone()}
                    </a>
                }
            },
        ),
        Column::new(
            move || t_string!(i18n, sending.signing),
            move |row: &SenderDomain| view! { <Signing domain=row.clone() /> },
        ),
        Column::new(
            move || t_string!(i18n, sending.records),
            move |row: &SenderDomain| {
                let (tone, text) = records_state(row);
                view! { <Badge tone text=move || match text {
                    Overall::Good => t_string!(i18n, sending.records_ok),
                    Overall::Wrong => t_string!(i18n, sending.records_wrong),
                    Overall::Unknown => t_string!(i18n, sending.records_unchecked),
                } /> }
            },
        ),
        Column::new(
            move || t_string!(i18n, sending.checked),
            move |row: &SenderDomain| match row.checked_at {
                Some(at) => view! { <Moment at /> }.into_any(),
                None => {
                    view! { <span class="text-muted">{t!(i18n, sending.never_checked)}</span> }.into_any()
                }
            },
        )
        .wide_only(),
    ]
}

#[derive(Clone, Copy)]
enum Overall {
    Good,
    Wrong,
    Unknown,
}

fn records_state(domain: &SenderDomain) -> (Tone, Overall) {
    let any = |state| domain.records.iter().any(|record| record.state == state);
    if [RecordState::Missing, RecordState::Different, RecordState::Failed]
        .into_iter()
        .any(any)
    {
        (Tone::Warning, Overall::Wrong)
    } else if any(RecordState::Unchecked) {
        (Tone::Neutral, Overall::Unknown)
    } else {
        (Tone::Success, Overall::Good)
    }
}

/// Whether mail from the domain is signed.
#[component]
pub(super) fn Signing(domain: SenderDomain) -> impl IntoView {
    let i18n = use_i18n();
    let any = |state| domain.keys.iter().any(|key| key.state == state);
    if any(DkimState::Active) {
        view! { <Badge tone=Tone::Success text=move || t_string!(i18n, sending.signing_active) /> }.into_any()
    } else if any(DkimState::Waiting) {
        view! { <Badge tone=Tone::Warning text=move || t_string!(i18n, sending.signing_waiting) /> }
            .into_any()
    } else {
        view! { <Badge tone=Tone::Danger text=move || t_string!(i18n, sending.signing_none) /> }.into_any()
    }
}
