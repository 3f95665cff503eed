//! Adding a webhook, changing one, and showing its secret once.

use super::copy::CopyField;
use super::webhook_words::event_name;
use super::webhooks_api::{create_webhook, update_webhook};
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::context::Provider;
use leptos::prelude::*;
use std::collections::BTreeSet;
use types::ApiError;
use types::webhooks::{EndpointState, EventType, Webhook, WebhookInput, WebhookSecret};

/// A secret that was just made, while it is shown.
#[derive(Clone, Copy)]
pub(super) struct FreshSecret {
    open: RwSignal<bool>,
    made: RwSignal<Option<WebhookSecret>>,
}

impl FreshSecret {
    pub(super) fn new() -> Self {
        Self {
            open: RwSignal::new(false),
            made: RwSignal::new(None),
        }
    }

    /// Opens the dialog with it.
    pub(super) fn show(self, made: WebhookSecret) {
        self.made.set(Some(made));
        self.open.set(true);
    }
}

/// The form's fields.
#[derive(Clone, Copy)]
struct Fields {
    url: RwSignal<String>,
    description: RwSignal<String>,
    all: RwSignal<bool>,
    events: RwSignal<BTreeSet<EventType>>,
    paused: RwSignal<bool>,
}

impl Fields {
    fn new() -> Self {
        Self {
            url: RwSignal::new(String::new()),
            description: RwSignal::new(String::new()),
            all: RwSignal::new(true),
            events: RwSignal::new(BTreeSet::new()),
            paused: RwSignal::new(false),
        }
    }

    fn fill(self, webhook: Option<&Webhook>) {
        self.url.set(webhook.map(|it| it.url.clone()).unwrap_or_default());
        self.description
            .set(webhook.map(|it| it.description.clone()).unwrap_or_default());
        let events = webhook.map(|it| it.event_types.clone()).unwrap_or_default();
        self.all.set(events.is_empty());
        self.events.set(events.into_iter().collect());
        self.paused
            .set(webhook.is_some_and(|it| it.state == EndpointState::Paused));
    }

    fn input(self, edit_version: i32) -> WebhookInput {
        let event_types = match self.all.get_untracked() {
            true => Vec::new(),
            false => self
                .events
                .with_untracked(|events| events.iter().copied().collect()),
        };
        WebhookInput {
            url: self.url.get_untracked(),
            description: self.description.get_untracked(),
            event_types,
            paused: self.paused.get_untracked(),
            edit_version,
        }
    }
}

/// The dialog: changes `editing`, or adds a webhook and shows its secret.
#[component]
pub(super) fn WebhookDialog(
    open: RwSignal<bool>,
    editing: RwSignal<Option<Webhook>>,
    fresh: FreshSecret,
    changed: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let toasts = use_toasts();
    let fields = Fields::new();
    let error = RwSignal::new(None::<ApiError>);
    Effect::new(move |_| {
        if open.get() {
            error.set(None);
            editing.with_untracked(|webhook| fields.fill(webhook.as_ref()));
        }
    });
    let save = Action::new(move |(): &()| {
        let present = editing.with_untracked(|webhook| webhook.as_ref().map(|it| (it.id, it.edit_version)));
        let (id, version) = present.unzip();
        let input = fields.input(version.unwrap_or_default());
        let unit = here.key.get_untracked();
        async move {
            let saved = match id {
                Some(id) => update_webhook(unit, id, input).await.map(|()| None),
                None => create_webhook(unit, input).await.map(Some),
            };
            match saved {
                Ok(made) => {
                    open.set(false);
                    match made {
                        Some(made) => fresh.show(made),
                        None => toasts.success(t_string!(i18n, common.saved)),
                    }
                    changed.run(());
                }
                Err(refused) => error.set(Some(refused)),
            }
        }
    });
    let busy = save.pending();
    let submit = move || {
        if !busy.get_untracked() {
            save.dispatch(());
        }
    };
    let is_new = Signal::derive(move || editing.with(Option::is_none));
    let title = move || match is_new.get() {
        true => t_string!(i18n, settings.webhooks_add),
        false => t_string!(i18n, settings.webhook_edit),
    };
    let footer = move || {
        view! {
            <Button on_click=move |_| open.set(false)>{t!(i18n, common.cancel)}</Button>
            <Button kind=Kind::Primary busy on_click=move |_| submit()>{t!(i18n, common.save)}</Button>
        }
    };
    view! {
        <Dialog id="webhook" open title footer width=Width::Wide>
            <Provider value=FieldErrors::new(error.into())>
                <form
                    class="flex flex-col gap-4"
                    novalidate
                    on:submit=move |event| {
                        event.prevent_default();
                        submit();
                    }
                >
                    <FormError error />
                    <Field
                        name="url"
                        label=move || t_string!(i18n, settings.webhook_url)
                        hint=move || t_string!(i18n, settings.webhook_url_hint)
                        required=true
                    >
                        <TextInput bind=fields.url maxlength=2000 autocomplete="off" inputmode="url" />
                    </Field>
                    <Field
                        name="description"
                        label=move || t_string!(i18n, settings.webhook_description)
                        hint=move || t_string!(i18n, settings.webhook_description_hint)
                    >
                        <TextInput bind=fields.description maxlength=200 autocomplete="off" />
                    </Field>
                    <Events all=fields.all events=fields.events />
                    <Checkbox
                        name="paused"
                        label=move || t_string!(i18n, settings.webhook_paused)
                        hint=move || t_string!(i18n, settings.webhook_paused_hint)
                        bind=fields.paused
                    />
                    <button type="submit" class="hidden" tabindex="-1" aria-hidden="true"></button>
                </form>
            </Provider>
        </Dialog>
    }
    .into_any()
}

/// All events, or those that are ticked.
#[component]
fn Events(all: RwSignal<bool>, events: RwSignal<BTreeSet<EventType>>) -> impl IntoView {
    let i18n = use_i18n();
    let tick = move |kind: EventType| {
        let toggle = Callback::new(move |on: bool| {
            events.update(|events| {
                if on {
                    events.insert(kind)
                } else {
                    events.remove(&kind)
                };
            });
        });
        // The type's own name below: payloads and the API's documentation call it so.
        view! {
            <Checkbox
                name="event_types"
                value=kind.to_string()
                label=move || event_name(i18n, kind)
                hint=move || kind.as_str()
                checked=events.with_untracked(|events| events.contains(&kind))
                on_change=toggle
            />
        }
    };
    view! {
        <fieldset class="flex flex-col gap-3">
            <legend class="mb-2 text-[13px] font-medium text-ink">{t!(i18n, settings.webhook_events)}</legend>
            <Checkbox
                name="all_events"
                label=move || t_string!(i18n, settings.webhook_all_events)
                hint=move || t_string!(i18n, settings.webhook_all_events_hint)
                bind=all
            />
            <Show when=move || !all.get()>
                <div class="grid gap-3 pl-6 sm:grid-cols-2">
                    {EventType::choosable().map(tick).collect_view()}
                </div>
            </Show>
        </fieldset>
    }
    .into_any()
}

/// The dialog that shows a secret once.
#[component]
pub(super) fn SecretDialog(fresh: FreshSecret) -> impl IntoView {
    let i18n = use_i18n();
    // Once it is closed, the page does not have it any more either.
    Effect::new(move |_| {
        if !fresh.open.get() {
            fresh.made.set(None);
        }
    });
    let footer = move || {
        view! {
            <Button kind=Kind::Primary on_click=move |_| fresh.open.set(false)>
                {t!(i18n, settings.client_stored)}
            </Button>
        }
    };
    view! {
        <Dialog
            id="webhook-secret"
            open=fresh.open
            title=move || t_string!(i18n, settings.webhook_secret_title)
            footer
            width=Width::Wide
        >
            {move || fresh.made.get().map(|made| view! {
                <div class="flex flex-col gap-4">
                    <Notice tone=Tone::Warning title=move || t_string!(i18n, settings.webhook_once_title)>
                        {t!(i18n, settings.webhook_once_text)}
                    </Notice>
                    <CopyField id="webhook-made-secret" label=move || t_string!(i18n, settings.webhook_secret) value=made.secret />
                </div>
            })}
        </Dialog>
    }
    .into_any()
}
