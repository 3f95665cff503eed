//! The unit's webhooks, and how each does.

use super::frame::Frame;
use super::webhook_form::{FreshSecret, SecretDialog, WebhookDialog};
use super::webhook_words::{Chosen, Health};
use super::webhooks_api::list_webhooks;
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use types::access::Permission;
use types::webhooks::Webhook;

/// `/c/:unit/settings/webhooks`
#[component]
pub(super) fn Webhooks() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let query = use_list_query(&[]);
    let version = RwSignal::new(0_u32);
    let rows = Resource::new(
        move || (here.key.get(), version.get()),
        |(unit, _)| list_webhooks(unit),
    );
    let changed = Callback::new(move |()| version.update(|version| *version += 1));
    let adding = RwSignal::new(false);
    let fresh = FreshSecret::new();
    let add = move || {
        view! {
            <Show when=move || here.may(Permission::ManageWebhooks)>
                <Button kind=Kind::Primary icon=Icon::Plus on_click=move |_| adding.set(true)>
                    {t!(i18n, settings.webhooks_add)}
                </Button>
            </Show>
        }
    };
    view! {
        <Frame current="webhooks">
            <div class="mb-4 flex flex-wrap items-start justify-between gap-4">
                <p class="max-w-2xl text-sm text-muted">{t!(i18n, settings.webhooks_text)}</p>
                {add()}
            </div>
            <DataTable
                caption=move || t_string!(i18n, settings.webhooks)
                query
                rows
                columns=columns()
                row_id=|row: &Webhook| row.id.to_string()
                empty=move || {
                    view! {
                        <EmptyState
                            icon=Icon::Link
                            title=move || t_string!(i18n, settings.webhooks_empty)
                            text=move || t_string!(i18n, settings.webhooks_empty_text)
                        >
                            {add()}
                        </EmptyState>
                    }
                }
            />
            <WebhookDialog open=adding editing=RwSignal::new(None) fresh changed />
            <SecretDialog fresh />
        </Frame>
    }
    .into_any()
}

fn columns() -> Vec<Column<Webhook>> {
    let i18n = use_i18n();
    let here = use_here();
    vec![
        Column::new(
            move || t_string!(i18n, settings.webhook_url),
            move |row: &Webhook| {
                let path = format!("/settings/webhooks/{}", row.id);
                view! {
                    <a href=move || here.href(&path) class="font-medium break-all text-accent underline">
                        {row.url.clone()}
                    </a>
                    <span class="block text-[13px] text-muted">{row.description.clone()}</span>
                }
            },
        ),
        Column::new(
            move || t_string!(i18n, settings.webhook_health),
            move |row: &Webhook| view! { <Health webhook=row.clone() /> },
        ),
        Column::new(
            move || t_string!(i18n, settings.webhook_events),
            move |row: &Webhook| view! { <Chosen events=row.event_types.clone() /> },
        )
        .wide_only(),
        Column::new(
            move || t_string!(i18n, settings.webhook_last_success),
            move |row: &Webhook| match row.last_success_at {
                Some(at) => view! { <Moment at /> }.into_any(),
                None => view! { <span class="text-muted">{t!(i18n, settings.never)}</span> }.into_any(),
            },
        )
        .wide_only(),
        Column::new(
            move || t_string!(i18n, settings.webhook_waiting),
            |row: &Webhook| row.waiting.to_string(),
        )
        .figures()
        .wide_only(),
        Column::new(
            move || t_string!(i18n, settings.webhook_dead),
            |row: &Webhook| row.dead.to_string(),
        )
        .figures()
        .wide_only(),
    ]
}
