//! One webhook: how it does, what can be done with it, and its events.

use super::frame::Frame;
use super::webhook_events::Deliveries;
use super::webhook_form::{FreshSecret, SecretDialog, WebhookDialog};
use super::webhook_words::{Chosen, Health};
use super::webhooks_api::{get_webhook, remove_webhook, rotate_webhook, test_webhook};
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_params_map};
use types::access::Permission;
use types::webhooks::{Webhook, WebhookTrial};
use types::{ApiError, WebhookId};

/// `/c/:unit/settings/webhooks/:id`
#[component]
pub(super) fn OneWebhook() -> impl IntoView {
    let here = use_here();
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params.with(|params| params.get("id").and_then(|id| id.parse::<WebhookId>().ok()))
    });
    let webhook = Resource::new(
        move || (here.key.get(), id.get()),
        |(unit, id)| async move {
            match id {
                Some(id) => get_webhook(unit, id).await,
                None => Err(ApiError::new(types::Code::NotFound)),
            }
        },
    );
    let version = RwSignal::new(0_u32);
    let changed = Callback::new(move |()| {
        version.update(|version| *version += 1);
        webhook.refetch();
    });
    let fresh = FreshSecret::new();
    let trial = RwSignal::new(None::<Result<WebhookTrial, ApiError>>);
    view! {
        <Frame current="webhooks">
            <Transition fallback=|| view! { <SkeletonRows rows=8 /> }>
                {move || webhook.get().map(|answer| match answer {
                    Ok(webhook) => view! { <Shown webhook fresh trial changed /> }.into_any(),
                    Err(error) => refused(&error),
                })}
            </Transition>
            {move || id.get().map(|id| view! { <Deliveries id version changed /> })}
            <SecretDialog fresh />
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
fn Shown(
    webhook: Webhook,
    fresh: FreshSecret,
    trial: RwSignal<Option<Result<WebhookTrial, ApiError>>>,
    changed: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let id = webhook.id;
    let (crumb, heading) = (webhook.url.clone(), webhook.url.clone());
    let editing = RwSignal::new(Some(webhook.clone()));
    let edit = RwSignal::new(false);
    let (removing, rotating) = (RwSignal::new(false), RwSignal::new(false));
    let test = Action::new(move |(): &()| {
        let unit = here.key.get_untracked();
        trial.set(None);
        async move {
            trial.set(Some(test_webhook(unit, id).await));
            changed.run(());
        }
    });
    view! {
        <Breadcrumb crumbs=vec![
            Crumb::new(move || t_string!(i18n, settings.webhooks), here.href("/settings/webhooks")),
            Crumb::here(crumb),
        ] />
        <div class="mb-6 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
            <h2 class="min-w-0 text-base font-semibold break-all">{heading}</h2>
            <Show when=move || here.may(Permission::ManageWebhooks)>
                <div class="flex flex-wrap items-center gap-2">
                    <Button kind=Kind::Quiet icon=Icon::Delete on_click=move |_| removing.set(true)>
                        {t!(i18n, settings.webhook_remove)}
                    </Button>
                    <Button icon=Icon::Key on_click=move |_| rotating.set(true)>{t!(i18n, settings.webhook_rotate)}</Button>
                    <Button icon=Icon::Edit on_click=move |_| edit.set(true)>{t!(i18n, settings.webhook_edit)}</Button>
                    <Button kind=Kind::Primary icon=Icon::Send busy=test.pending() on_click=move |_| { test.dispatch(()); }>
                        {t!(i18n, settings.webhook_test)}
                    </Button>
                </div>
            </Show>
        </div>
        <Trial trial />
        <div class="mb-6"><Card><About webhook /></Card></div>
        <WebhookDialog open=edit editing fresh changed />
        <Questions id removing rotating fresh changed />
    }
    .into_any()
}

/// What the last test showed. The place is always there, so that it is read out when it changes.
#[component]
fn Trial(trial: RwSignal<Option<Result<WebhookTrial, ApiError>>>) -> impl IntoView {
    let i18n = use_i18n();
    let shown = move || {
        trial.get().map(|answer| match answer {
            Ok(trial) => {
                let (tone, status, ms) = (
                    if trial.delivered {
                        Tone::Success
                    } else {
                        Tone::Warning
                    },
                    trial.status,
                    trial.duration_ms,
                );
                let delivered = trial.delivered;
                let title = move || match (delivered, status) {
                    (true, Some(status)) => {
                        t_string!(i18n, settings.webhook_test_works, status = status, ms = ms).to_string()
                    }
                    (_, Some(status)) => {
                        t_string!(i18n, settings.webhook_test_refused, status = status, ms = ms).to_string()
                    }
                    (_, None) => t_string!(i18n, settings.webhook_test_silent).to_owned(),
                };
                view! {
                    <Notice tone title>
                        <span class="font-mono text-[13px] break-words">{trial.answer}</span>
                    </Notice>
                }
                .into_any()
            }
            Err(error) => view! {
                <Notice tone=Tone::Danger>{move || error_text(i18n.get_locale(), &error)}</Notice>
            }
            .into_any(),
        })
    };
    view! {
        <div role="status" class=move || if trial.with(Option::is_some) { "mb-4" } else { "" }>
            {shown}
        </div>
    }
    .into_any()
}

#[component]
fn About(webhook: Webhook) -> impl IntoView {
    let i18n = use_i18n();
    let description = webhook.description.clone();
    let described = (!description.is_empty()).then(|| {
        view! { <FactRow label=move || t_string!(i18n, settings.webhook_description)>{description}</FactRow> }
    });
    let next = webhook.retry_at.map(|at| {
        view! { <FactRow label=move || t_string!(i18n, settings.webhook_next_try)><Moment at /></FactRow> }
    });
    let rotating = webhook.previous_secret_until.map(|at| {
        view! {
            <FactRow label=move || t_string!(i18n, settings.webhook_secret)>
                {t!(i18n, settings.webhook_rotating)} " " <Moment at />
            </FactRow>
        }
    });
    let (last, waiting, dead) = (webhook.last_success_at, webhook.waiting, webhook.dead);
    let events = webhook.event_types.clone();
    view! {
        <Facts>
            {described}
            <FactRow label=move || t_string!(i18n, settings.webhook_health)><Health webhook /></FactRow>
            {next}
            <FactRow label=move || t_string!(i18n, settings.webhook_last_success)>
                {match last {
                    Some(at) => view! { <Moment at /> }.into_any(),
                    None => view! { <span class="text-muted">{t!(i18n, settings.never)}</span> }.into_any(),
                }}
            </FactRow>
            <FactRow label=move || t_string!(i18n, settings.webhook_waiting)>{waiting}</FactRow>
            <FactRow label=move || t_string!(i18n, settings.webhook_dead)>{dead}</FactRow>
            <FactRow label=move || t_string!(i18n, settings.webhook_events)>
                <Chosen events />
            </FactRow>
            {rotating}
        </Facts>
    }
    .into_any()
}

/// The questions before a new secret and before removing.
#[component]
fn Questions(
    id: WebhookId,
    removing: RwSignal<bool>,
    rotating: RwSignal<bool>,
    fresh: FreshSecret,
    changed: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let toasts = use_toasts();
    let navigate = use_navigate();
    let error = RwSignal::new(None::<ApiError>);
    Effect::new(move |_| {
        if removing.get() || rotating.get() {
            error.set(None);
        }
    });
    let rotate = Action::new(move |(): &()| {
        let unit = here.key.get_untracked();
        async move {
            match rotate_webhook(unit, id).await {
                Ok(made) => {
                    rotating.set(false);
                    fresh.show(made);
                    changed.run(());
                }
                Err(refused) => error.set(Some(refused)),
            }
        }
    });
    let remove = Action::new(move |(): &()| {
        let (unit, navigate) = (here.key.get_untracked(), navigate.clone());
        async move {
            match remove_webhook(unit, id).await {
                Ok(()) => {
                    toasts.success(t_string!(i18n, settings.webhook_removed));
                    navigate(&here.href("/settings/webhooks"), Default::default());
                }
                Err(refused) => error.set(Some(refused)),
            }
        }
    });
    view! {
        <ConfirmDialog
            id="webhook-rotate"
            open=rotating
            title=move || t_string!(i18n, settings.webhook_rotate_title)
            text=move || t_string!(i18n, settings.webhook_rotate_text)
            confirm=move || t_string!(i18n, settings.webhook_rotate)
            on_confirm=Callback::new(move |()| { rotate.dispatch(()); })
            busy=rotate.pending()
            error
            harmless=true
        />
        <ConfirmDialog
            id="webhook-remove"
            open=removing
            title=move || t_string!(i18n, settings.webhook_remove_title)
            text=move || t_string!(i18n, settings.webhook_remove_text)
            confirm=move || t_string!(i18n, settings.webhook_remove)
            on_confirm=Callback::new(move |()| { remove.dispatch(()); })
            busy=remove.pending()
            error
        />
    }
    .into_any()
}
