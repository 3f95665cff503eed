//! Adding and changing a relay.

use super::relays::{lane_name, security_name};
use super::sending_api::save_relay;
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::context::Provider;
use leptos::{html, prelude::*};
use types::ApiError;
use types::sending::{Relay, RelayInput, RelayLane, RelaySecurity};

/// The form's fields.
#[derive(Clone, Copy)]
struct Fields {
    name: RwSignal<String>,
    host: RwSignal<String>,
    port: RwSignal<String>,
    security: RwSignal<String>,
    username: RwSignal<String>,
    password: RwSignal<String>,
    authorities: RwSignal<String>,
    lanes: [RwSignal<bool>; 3],
    weight: RwSignal<String>,
    priority: RwSignal<String>,
    connections: RwSignal<String>,
    max_per_second: RwSignal<String>,
    is_active: RwSignal<bool>,
}

/// A rate as it was typed, with a comma too. What is no number is sent as one that the server refuses, at its field.
pub(super) fn rate(text: &str) -> Option<f64> {
    let text = text.trim().replace(',', ".");
    (!text.is_empty()).then(|| text.parse().unwrap_or(-1.0))
}

pub(super) fn rate_text(rate: Option<f64>) -> String {
    rate.map(|rate| rate.to_string()).unwrap_or_default()
}

impl Fields {
    fn new() -> Self {
        let empty = || RwSignal::new(String::new());
        Self {
            name: empty(),
            host: empty(),
            port: empty(),
            security: empty(),
            username: empty(),
            password: empty(),
            authorities: empty(),
            lanes: std::array::from_fn(|_| RwSignal::new(false)),
            weight: empty(),
            priority: empty(),
            connections: empty(),
            max_per_second: empty(),
            is_active: RwSignal::new(true),
        }
    }

    fn fill(self, relay: Option<&Relay>) {
        let fresh = RelayInput::default();
        let text = |value: fn(&Relay) -> String| relay.map(value).unwrap_or_default();
        let figure = |value: fn(&Relay) -> i32, else_: i32| relay.map_or(else_, value).to_string();
        self.name.set(text(|it| it.name.clone()));
        self.host.set(text(|it| it.host.clone()));
        self.port.set(figure(|it| it.port, fresh.port));
        let security = relay.map_or(fresh.security, |it| it.security);
        self.security.set(security.as_str().to_owned());
        self.username.set(text(|it| it.username.clone()));
        self.password.set(String::new());
        self.authorities.set(text(|it| it.authorities.clone()));
        for (lane, ticked) in RelayLane::ALL.iter().zip(self.lanes) {
            ticked.set(relay.is_some_and(|it| it.lanes.contains(lane)));
        }
        self.weight.set(figure(|it| it.weight, fresh.weight));
        self.priority.set(figure(|it| it.priority, fresh.priority));
        self.connections
            .set(figure(|it| it.connections, fresh.connections));
        self.max_per_second
            .set(rate_text(relay.and_then(|it| it.max_per_second)));
        self.is_active.set(relay.is_none_or(|it| it.is_active));
    }

    fn input(self, edit_version: i32) -> RelayInput {
        let figure = |text: RwSignal<String>| text.with_untracked(|text| text.trim().parse().unwrap_or(-1));
        RelayInput {
            name: self.name.get_untracked(),
            host: self.host.get_untracked(),
            port: figure(self.port),
            security: self
                .security
                .with_untracked(|text| text.parse().unwrap_or(RelaySecurity::Required)),
            username: self.username.get_untracked(),
            password: self.password.get_untracked(),
            authorities: self.authorities.get_untracked(),
            lanes: RelayLane::ALL
                .iter()
                .zip(self.lanes)
                .filter(|(_, ticked)| ticked.get_untracked())
                .map(|(lane, _)| *lane)
                .collect(),
            weight: figure(self.weight),
            priority: figure(self.priority),
            connections: figure(self.connections),
            max_per_second: self.max_per_second.with_untracked(|text| rate(text)),
            is_active: self.is_active.get_untracked(),
            edit_version,
        }
    }
}

/// The dialog: changes `editing`, or adds a relay.
#[component]
pub(super) fn RelayDialog(
    open: RwSignal<bool>,
    editing: RwSignal<Option<Relay>>,
    changed: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let toasts = use_toasts();
    let fields = Fields::new();
    let error = RwSignal::new(None::<ApiError>);
    let top = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if open.get() {
            error.set(None);
            editing.with_untracked(|relay| fields.fill(relay.as_ref()));
        } else {
            // The page does not keep it either.
            fields.password.set(String::new());
        }
    });
    // The form is longer than a small window: what is wrong stands at its top.
    Effect::new(move |_| {
        if error.with(Option::is_some)
            && let Some(top) = top.get_untracked()
        {
            top.scroll_into_view();
        }
    });
    let save = Action::new(move |(): &()| {
        let present = editing.with_untracked(|relay| relay.as_ref().map(|it| (it.id, it.edit_version)));
        let (id, version) = present.unzip();
        let input = fields.input(version.unwrap_or_default());
        let unit = here.key.get_untracked();
        async move {
            match save_relay(unit, id, input).await {
                Ok(()) => {
                    open.set(false);
                    toasts.success(t_string!(i18n, common.saved));
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
    let title = move || match editing.with(|relay| relay.as_ref().map(|it| it.name.clone())) {
        Some(name) => t_string!(i18n, sending.relay_edit, name = name).to_string(),
        None => t_string!(i18n, sending.relay_add).to_owned(),
    };
    let footer = move || {
        view! {
            <Button on_click=move |_| open.set(false)>{t!(i18n, common.cancel)}</Button>
            <Button kind=Kind::Primary busy on_click=move |_| submit()>{t!(i18n, common.save)}</Button>
        }
    };
    view! {
        <Dialog id="relay" open title footer width=Width::Wide>
            <Provider value=FieldErrors::new(error.into())>
                <form
                    class="grid gap-4 md:grid-cols-2"
                    novalidate
                    on:submit=move |event| {
                        event.prevent_default();
                        submit();
                    }
                >
                    <div class="md:col-span-2" node_ref=top><FormError error /></div>
                    <Access fields kept=Signal::derive(move || editing.with(Option::is_some)) />
                    <Share fields />
                    // Enter in a field sends the form only when it has a button of its own.
                    <button type="submit" class="hidden" tabindex="-1" aria-hidden="true"></button>
                </form>
            </Provider>
        </Dialog>
    }
    .into_any()
}

/// Where it is, how it is protected, who we are to it.
#[component]
fn Access(fields: Fields, #[prop(into)] kept: Signal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let securities = Signal::derive(move || {
        RelaySecurity::ALL
            .iter()
            .rev()
            .map(|it| (it.as_str().to_owned(), security_name(i18n, *it).to_owned()))
            .collect::<Vec<_>>()
    });
    view! {
        <Field name="name" label=move || t_string!(i18n, common.name) required=true>
            <TextInput bind=fields.name maxlength=120 autocomplete="off" />
        </Field>
        <Field name="security" label=move || t_string!(i18n, sending.security) required=true>
            <Select options=securities bind=fields.security />
        </Field>
        <Field name="host" label=move || t_string!(i18n, sending.host) hint=move || t_string!(i18n, sending.host_hint) required=true>
            <TextInput bind=fields.host maxlength=253 autocomplete="off" />
        </Field>
        <Field name="port" label=move || t_string!(i18n, sending.port) required=true>
            <TextInput bind=fields.port inputmode="numeric" autocomplete="off" />
        </Field>
        <Field name="username" label=move || t_string!(i18n, sending.username) hint=move || t_string!(i18n, sending.username_hint)>
            <TextInput bind=fields.username maxlength=320 autocomplete="off" />
        </Field>
        <Field
            name="password"
            label=move || t_string!(i18n, sending.password)
            hint=move || match kept.get() {
                true => t_string!(i18n, sending.password_kept),
                false => t_string!(i18n, sending.password_hint),
            }
        >
            <TextInput bind=fields.password r#type="password" autocomplete="new-password" />
        </Field>
    }
    .into_any()
}

/// How much of the mail it takes, and when.
#[component]
fn Share(fields: Fields) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <fieldset class="flex min-w-0 flex-col gap-2 md:col-span-2">
            <legend class="mb-2 text-[13px] font-medium text-ink">{t!(i18n, sending.lanes)}</legend>
            <div class="flex flex-wrap gap-x-6 gap-y-2">
                {RelayLane::ALL
                    .iter()
                    .zip(fields.lanes)
                    .map(|(lane, ticked)| {
                        let lane = *lane;
                        view! {
                            <Checkbox name="lanes" value=lane.as_str() label=move || lane_name(i18n, lane) bind=ticked />
                        }
                    })
                    .collect_view()}
            </div>
            <p class="text-[13px] text-muted">{t!(i18n, sending.lanes_hint)}</p>
        </fieldset>
        <Field name="priority" label=move || t_string!(i18n, sending.priority) hint=move || t_string!(i18n, sending.priority_hint) required=true>
            <TextInput bind=fields.priority inputmode="numeric" autocomplete="off" />
        </Field>
        <Field name="weight" label=move || t_string!(i18n, sending.weight) hint=move || t_string!(i18n, sending.weight_hint) required=true>
            <TextInput bind=fields.weight inputmode="numeric" autocomplete="off" />
        </Field>
        <Field
            name="connections"
            label=move || t_string!(i18n, sending.connections)
            hint=move || t_string!(i18n, sending.connections_hint)
            required=true
        >
            <TextInput bind=fields.connections inputmode="numeric" autocomplete="off" />
        </Field>
        <Field
            name="max_per_second"
            label=move || t_string!(i18n, sending.max_per_second)
            hint=move || t_string!(i18n, sending.max_per_second_hint)
        >
            <TextInput bind=fields.max_per_second inputmode="decimal" autocomplete="off" />
        </Field>
        <div class="md:col-span-2">
            <Field name="authorities" label=move || t_string!(i18n, sending.authorities) hint=move || t_string!(i18n, sending.authorities_hint)>
                <TextArea bind=fields.authorities rows=2 code=true />
            </Field>
        </div>
        <div class="md:col-span-2">
            <Checkbox name="is_active" label=move || t_string!(i18n, sending.use_relay) bind=fields.is_active />
        </div>
    }
    .into_any()
}
