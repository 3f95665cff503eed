//! What became of each event of a webhook, with what was posted and what came back, and sending again.

use super::webhook_words::{StateBadge, event_name, state_name};
use super::webhooks_api::{look_at_event, replay_all, replay_event, webhook_deliveries};
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use types::access::Permission;
use types::webhooks::{DeliveryState, EventType, WebhookDelivery, WebhookDeliveryDetail};
use types::{ApiError, WebhookEventId, WebhookId};

/// The list. `version` counts what makes it worth reading again; `changed` runs after sending again.
#[component]
pub(super) fn Deliveries(id: WebhookId, version: RwSignal<u32>, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let query = use_list_query(&["state", "type"]);
    let rows = Resource::new(
        move || (here.key.get(), query.get(), version.get()),
        move |(unit, query, _)| webhook_deliveries(unit, id, query),
    );
    let looking = RwSignal::new(None::<WebhookEventId>);
    let all = RwSignal::new(false);
    let states = Signal::derive(move || {
        DeliveryState::ALL
            .iter()
            .map(|it| (it.to_string(), state_name(i18n, *it).to_owned()))
            .collect::<Vec<_>>()
    });
    let kinds = Signal::derive(move || {
        EventType::ALL
            .iter()
            .map(|it| (it.to_string(), event_name(i18n, *it).to_owned()))
            .collect::<Vec<_>>()
    });
    view! {
        <div class="mb-3 flex flex-wrap items-center justify-between gap-3">
            <h3 class="text-base font-semibold">{t!(i18n, settings.webhook_deliveries)}</h3>
            <Show when=move || here.may(Permission::ManageWebhooks)>
                <Button size=Size::Small icon=Icon::Retry on_click=move |_| all.set(true)>
                    {t!(i18n, settings.webhook_replay_all)}
                </Button>
            </Show>
        </div>
        <DataTable
            caption=move || t_string!(i18n, settings.webhook_deliveries)
            query
            rows
            columns=columns(looking)
            row_id=|row: &WebhookDelivery| row.id.to_string()
            filters=move || {
                view! {
                    <FilterSelect key="state" label=move || t_string!(i18n, settings.webhook_state) options=states />
                    <FilterSelect key="type" label=move || t_string!(i18n, settings.webhook_event) options=kinds />
                }
            }
            empty=move || {
                view! {
                    <EmptyState
                        icon=Icon::Activity
                        title=move || t_string!(i18n, settings.webhook_deliveries_empty)
                        text=move || t_string!(i18n, settings.webhook_deliveries_empty_text)
                    />
                }
            }
        />
        <EventDialog id looking changed />
        <ReplayAll id open=all changed />
    }
    .into_any()
}

fn columns(looking: RwSignal<Option<WebhookEventId>>) -> Vec<Column<WebhookDelivery>> {
    let i18n = use_i18n();
    vec![
        Column::new(
            move || t_string!(i18n, settings.webhook_event),
            move |row: &WebhookDelivery| {
                let kind = row.kind;
                view! {
                    <span class="block font-medium">{move || event_name(i18n, kind)}</span>
                    <span class="block font-mono text-xs text-muted">{kind.as_str()}</span>
                }
            },
        ),
        Column::new(
            move || t_string!(i18n, settings.webhook_happened),
            |row: &WebhookDelivery| view! { <Moment at=row.at /> },
        )
        .wide_only(),
        Column::new(
            move || t_string!(i18n, settings.webhook_state),
            move |row: &WebhookDelivery| {
                let next = row.next_at.filter(|_| row.attempts > 0).map(|at| {
                    view! {
                        <span class="block text-[13px] text-muted">
                            {t!(i18n, settings.webhook_next_try)} " " <Moment at />
                        </span>
                    }
                });
                view! {
                    <StateBadge state=row.state />
                    {next}
                }
            },
        ),
        Column::new(
            move || t_string!(i18n, settings.webhook_answer),
            move |row: &WebhookDelivery| match (row.attempted_at, row.status) {
                (None, _) => ().into_any(),
                (Some(_), Some(status)) => view! { <span class="tabular-nums">{status}</span> }.into_any(),
                (Some(_), None) => {
                    view! { <span class="text-muted">{t!(i18n, settings.webhook_no_answer)}</span> }
                        .into_any()
                }
            },
        )
        .wide_only(),
        Column::new(
            move || t_string!(i18n, settings.webhook_attempts),
            |row: &WebhookDelivery| row.attempts.to_string(),
        )
        .figures()
        .wide_only(),
        Column::new(
            move || t_string!(i18n, common.all_actions),
            move |row: &WebhookDelivery| {
                let (id, kind) = (row.id, row.kind);
                view! {
                    <Button size=Size::Small kind=Kind::Quiet icon=Icon::Eye on_click=move |_| looking.set(Some(id))>
                        {t!(i18n, settings.webhook_look)}
                        <span class="sr-only">{move || event_name(i18n, kind)}</span>
                    </Button>
                }
            },
        ),
    ]
}

/// One event: what is posted, what came back.
#[component]
fn EventDialog(
    id: WebhookId,
    looking: RwSignal<Option<WebhookEventId>>,
    changed: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let toasts = use_toasts();
    let open = RwSignal::new(false);
    let shown = RwSignal::new(None::<Result<WebhookDeliveryDetail, ApiError>>);
    let error = RwSignal::new(None::<ApiError>);
    let look = Action::new(move |event: &WebhookEventId| {
        let (unit, event) = (here.key.get_untracked(), *event);
        async move { shown.set(Some(look_at_event(unit, id, event).await)) }
    });
    Effect::new(move |_| {
        if let Some(event) = looking.get() {
            shown.set(None);
            error.set(None);
            open.set(true);
            look.dispatch(event);
        }
    });
    Effect::new(move |_| {
        if !open.get() {
            looking.set(None);
        }
    });
    let replay = Action::new(move |(): &()| {
        let (unit, event) = (here.key.get_untracked(), looking.get_untracked());
        async move {
            let Some(event) = event else { return };
            match replay_event(unit, id, event).await {
                Ok(()) => {
                    open.set(false);
                    toasts.success(t_string!(i18n, settings.webhook_replayed));
                    changed.run(());
                }
                Err(refused) => error.set(Some(refused)),
            }
        }
    });
    let again = Signal::derive(move || {
        here.may(Permission::ManageWebhooks)
            && shown
                .with(|shown| matches!(shown, Some(Ok(it)) if it.delivery.state != DeliveryState::Pending))
    });
    let footer = move || {
        view! {
            <Button on_click=move |_| open.set(false)>{t!(i18n, common.close)}</Button>
            <Show when=move || again.get()>
                <Button kind=Kind::Primary icon=Icon::Retry busy=replay.pending() on_click=move |_| { replay.dispatch(()); }>
                    {t!(i18n, settings.webhook_replay)}
                </Button>
            </Show>
        }
    };
    view! {
        <Dialog id="webhook-event" open title=move || t_string!(i18n, settings.webhook_event) footer width=Width::Wide>
            {move || error.get().map(|error| view! {
                <div class="mb-3">
                    <Notice tone=Tone::Danger>{move || error_text(i18n.get_locale(), &error)}</Notice>
                </div>
            })}
            {move || match shown.get() {
                None => view! { <SkeletonRows rows=4 /> }.into_any(),
                Some(Ok(detail)) => view! { <Event detail /> }.into_any(),
                Some(Err(error)) => view! {
                    <Notice tone=Tone::Danger>{move || error_text(i18n.get_locale(), &error)}</Notice>
                }
                .into_any(),
            }}
        </Dialog>
    }
    .into_any()
}

#[component]
fn Event(detail: WebhookDeliveryDetail) -> impl IntoView {
    const CODE: &str = "overflow-x-auto rounded-md border border-line bg-sunken p-3 font-mono text-[13px] leading-5 whitespace-pre-wrap break-words";
    let i18n = use_i18n();
    let payload = serde_json::to_string_pretty(&detail.payload).unwrap_or_default();
    let WebhookDelivery {
        id,
        state,
        attempts,
        attempted_at,
        status,
        duration_ms,
        ..
    } = detail.delivery;
    let head = match (attempted_at, status) {
        (None, _) => None,
        (Some(_), Some(status)) => Some(format!("{status}, {} ms", duration_ms.unwrap_or(0))),
        (Some(_), None) => None,
    };
    let answer = attempted_at.map(|at| {
        let text = detail.answer;
        view! {
            <section>
                <h3 class="mb-1 text-[13px] font-medium">{t!(i18n, settings.webhook_answer)}</h3>
                <p class="mb-2 text-[13px] text-muted">
                    <Moment at /> " · "
                    {match head {
                        Some(head) => head.into_any(),
                        None => t!(i18n, settings.webhook_no_answer).into_any(),
                    }}
                </p>
                {(!text.is_empty()).then(|| view! { <pre class=CODE tabindex="0">{text}</pre> })}
            </section>
        }
    });
    view! {
        <div class="flex flex-col gap-5">
            <Facts>
                <FactRow label="webhook-id"><span class="font-mono text-[13px] break-all">{id.to_string()}</span></FactRow>
                <FactRow label=move || t_string!(i18n, settings.webhook_state)><StateBadge state /></FactRow>
                <FactRow label=move || t_string!(i18n, settings.webhook_attempts)>{attempts}</FactRow>
            </Facts>
            <section>
                <h3 class="mb-1 text-[13px] font-medium">{t!(i18n, settings.webhook_payload)}</h3>
                <pre class=CODE tabindex="0">{payload}</pre>
            </section>
            {answer}
        </div>
    }
    .into_any()
}

/// The question before all that was given up is sent again.
#[component]
fn ReplayAll(id: WebhookId, open: RwSignal<bool>, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let toasts = use_toasts();
    let since = RwSignal::new(String::new());
    let error = RwSignal::new(None::<ApiError>);
    Effect::new(move |_| {
        if open.get() {
            error.set(None);
        }
    });
    let replay = Action::new(move |(): &()| {
        let (unit, since) = (here.key.get_untracked(), since.get_untracked());
        async move {
            match replay_all(unit, id, since).await {
                Ok(events) => {
                    open.set(false);
                    toasts
                        .success(t_string!(i18n, settings.webhook_replayed_all, number = events).to_string());
                    changed.run(());
                }
                Err(refused) => error.set(Some(refused)),
            }
        }
    });
    let footer = move || {
        view! {
            <Button on_click=move |_| open.set(false)>{t!(i18n, common.cancel)}</Button>
            <Button kind=Kind::Primary busy=replay.pending() on_click=move |_| { replay.dispatch(()); }>
                {t!(i18n, settings.webhook_replay)}
            </Button>
        }
    };
    view! {
        <Dialog id="webhook-replay" open title=move || t_string!(i18n, settings.webhook_replay_all_title) footer>
            <div class="flex flex-col gap-4">
                <p>{t!(i18n, settings.webhook_replay_all_text)}</p>
                {move || error.get().map(|error| view! {
                    <Notice tone=Tone::Danger>{move || error_text(i18n.get_locale(), &error)}</Notice>
                })}
                <Field name="since" label=move || t_string!(i18n, settings.webhook_replay_since)>
                    <TextInput r#type="date" bind=since />
                </Field>
            </div>
        </Dialog>
    }
    .into_any()
}
