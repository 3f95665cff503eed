//! Letting a system in, and changing what it may do, from where, and how often.

use super::client_forms::Fresh;
use super::clients_api::{create_client, update_client};
use super::scopes::ScopeTicks;
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::context::Provider;
use leptos::{html, prelude::*};
use std::collections::BTreeSet;
use types::ApiError;
use types::access::Permission;
use types::clients::{ApiClient, ApiClientInput, DEFAULT_RATE, default_burst};

/// The form, and whom it is about.
#[derive(Clone, Copy)]
pub(super) struct ClientForm {
    open: RwSignal<bool>,
    /// None: a new client.
    editing: RwSignal<Option<ApiClient>>,
    name: RwSignal<String>,
    scopes: RwSignal<BTreeSet<Permission>>,
    networks: RwSignal<String>,
    rate: RwSignal<String>,
    burst: RwSignal<String>,
    error: RwSignal<Option<ApiError>>,
}

impl ClientForm {
    pub(super) fn new() -> Self {
        Self {
            open: RwSignal::new(false),
            editing: RwSignal::new(None),
            name: RwSignal::new(String::new()),
            scopes: RwSignal::new(BTreeSet::new()),
            networks: RwSignal::new(String::new()),
            rate: RwSignal::new(String::new()),
            burst: RwSignal::new(String::new()),
            error: RwSignal::new(None),
        }
    }

    /// Opens it for a client, or for a new one. It is filled first: the ticks look at their scopes only once, as the dialog opens.
    pub(super) fn show(self, client: Option<ApiClient>) {
        let rate = client.as_ref().map_or(DEFAULT_RATE, |it| it.requests_per_minute);
        let burst = client.as_ref().map_or(default_burst(rate), |it| it.burst);
        self.rate.set(rate.to_string());
        self.burst.set(burst.to_string());
        let (name, scopes, networks) = client.as_ref().map_or_else(Default::default, |it| {
            let scopes: BTreeSet<_> = it.scopes.iter().copied().collect();
            (it.name.clone(), scopes, it.allowed_networks.join("\n"))
        });
        self.name.set(name);
        self.scopes.set(scopes);
        self.networks.set(networks);
        self.error.set(None);
        self.editing.set(client);
        self.open.set(true);
    }

    fn input(self) -> ApiClientInput {
        // What is no number is refused by the server, at its field; nothing at all leaves it to the server.
        let figure = |text: RwSignal<String>| {
            text.with_untracked(|text| {
                let text = text.trim();
                (!text.is_empty()).then(|| text.parse().unwrap_or(-1))
            })
        };
        ApiClientInput {
            name: self.name.get_untracked(),
            scopes: self
                .scopes
                .with_untracked(|scopes| scopes.iter().copied().collect()),
            allowed_networks: self.networks.with_untracked(|text| {
                let entries = text.split(['\n', ',']).map(str::trim);
                entries
                    .filter(|entry| !entry.is_empty())
                    .map(str::to_owned)
                    .collect()
            }),
            requests_per_minute: figure(self.rate),
            burst: figure(self.burst),
            edit_version: self
                .editing
                .with_untracked(|client| client.as_ref().map_or(0, |it| it.edit_version)),
        }
    }
}

/// The dialog. After a new client its secret is shown; `changed` runs after what succeeded.
#[component]
pub(super) fn ClientDialog(form: ClientForm, fresh: Fresh, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let toasts = use_toasts();
    let ClientForm {
        open,
        editing,
        error,
        scopes,
        ..
    } = form;
    let top = NodeRef::<html::Div>::new();
    // The form is longer than a small window: what is wrong stands at its top.
    Effect::new(move |_| {
        if error.with(Option::is_some)
            && let Some(top) = top.get_untracked()
        {
            top.scroll_into_view();
        }
    });
    let save = Action::new(move |(): &()| {
        let present = editing.with_untracked(|client| client.as_ref().map(|it| it.id));
        let (unit, input) = (here.key.get_untracked(), form.input());
        async move {
            let saved = match present {
                Some(id) => update_client(unit, id, input).await.map(|()| None),
                None => create_client(unit, input).await.map(Some),
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
    // Enter in the field, too; never twice.
    let submit = move || {
        if !busy.get_untracked() {
            save.dispatch(());
        }
    };
    let title = move || match editing.with(|client| client.as_ref().map(|it| it.name.clone())) {
        Some(name) => t_string!(i18n, settings.client_edit_title, name = name).to_string(),
        None => t_string!(i18n, settings.client_new_title).to_owned(),
    };
    let footer = move || {
        view! {
            <Button on_click=move |_| open.set(false)>{t!(i18n, common.cancel)}</Button>
            <Button kind=Kind::Primary busy on_click=move |_| submit()>
                {move || match editing.with(Option::is_some) {
                    true => t_string!(i18n, common.save),
                    false => t_string!(i18n, settings.clients_add),
                }}
            </Button>
        }
    };
    view! {
        <Dialog id="client" open title footer width=Width::Wide>
            <Provider value=FieldErrors::new(error.into())>
                <form
                    class="flex flex-col gap-4"
                    novalidate
                    on:submit=move |event| {
                        event.prevent_default();
                        submit();
                    }
                >
                    <div node_ref=top>
                        <FormError error labels=vec![("scopes", (move || t_string!(i18n, settings.client_may)).into())] />
                    </div>
                    <Field
                        name="name"
                        label=move || t_string!(i18n, common.name)
                        hint=move || t_string!(i18n, settings.client_name_hint)
                        required=true
                    >
                        <TextInput bind=form.name autocomplete="off" maxlength=120 />
                    </Field>
                    <ScopeTicks scopes error />
                    <Bounds form />
                    <Show when=move || editing.with(Option::is_none)>
                        <p class="text-[13px] text-muted">{t!(i18n, settings.client_owner_note)}</p>
                    </Show>
                    // Enter in a field sends the form only when it has a button of its own.
                    <button type="submit" class="hidden" tabindex="-1" aria-hidden="true"></button>
                </form>
            </Provider>
        </Dialog>
    }
    .into_any()
}

/// From where, and how often.
#[component]
fn Bounds(form: ClientForm) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <Field
            name="allowed_networks"
            label=move || t_string!(i18n, settings.client_networks)
            hint=move || t_string!(i18n, settings.client_networks_hint)
        >
            <TextArea bind=form.networks rows=3 code=true />
        </Field>
        <div class="grid gap-4 md:grid-cols-2">
            <Field
                name="requests_per_minute"
                label=move || t_string!(i18n, settings.client_rate)
                hint=move || t_string!(i18n, settings.client_rate_hint)
            >
                <TextInput bind=form.rate inputmode="numeric" autocomplete="off" />
            </Field>
            <Field name="burst" label=move || t_string!(i18n, settings.client_burst) hint=move || t_string!(i18n, settings.client_burst_hint)>
                <TextInput bind=form.burst inputmode="numeric" autocomplete="off" />
            </Field>
        </div>
    }
    .into_any()
}
