//! Registering a sender domain, and changing where its bounces and links go and how fast it sends.

use super::relay_form::{rate, rate_text};
use super::sending_api::save_domain;
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::context::Provider;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use types::ApiError;
use types::sending::{SenderDomain, SenderDomainInput, WarmUp};

/// The form's fields.
#[derive(Clone, Copy)]
struct Fields {
    domain: RwSignal<String>,
    bounce_domain: RwSignal<String>,
    tracking_origin: RwSignal<String>,
    max_per_second: RwSignal<String>,
    slowly: RwSignal<bool>,
    started_on: RwSignal<String>,
    first_day: RwSignal<String>,
    factor: RwSignal<String>,
}

impl Fields {
    fn new() -> Self {
        let empty = || RwSignal::new(String::new());
        Self {
            domain: empty(),
            bounce_domain: empty(),
            tracking_origin: empty(),
            max_per_second: empty(),
            slowly: RwSignal::new(false),
            started_on: empty(),
            first_day: empty(),
            factor: empty(),
        }
    }

    fn fill(self, domain: Option<&SenderDomain>) {
        let text = |value: fn(&SenderDomain) -> String| domain.map(value).unwrap_or_default();
        self.domain.set(text(|it| it.domain.clone()));
        self.bounce_domain.set(text(|it| it.bounce_domain.clone()));
        self.tracking_origin.set(text(|it| it.tracking_origin.clone()));
        self.max_per_second
            .set(rate_text(domain.and_then(|it| it.max_per_second)));
        let plan = domain.and_then(|it| it.warm_up.clone());
        self.slowly.set(plan.is_some());
        let plan = plan.unwrap_or(WarmUp {
            started_on: String::new(),
            first_day: 1000,
            factor: 1.5,
        });
        self.started_on.set(plan.started_on);
        self.first_day.set(plan.first_day.to_string());
        self.factor.set(plan.factor.to_string());
    }

    fn input(self, edit_version: i32) -> SenderDomainInput {
        let warm_up = self.slowly.get_untracked().then(|| WarmUp {
            started_on: self.started_on.get_untracked(),
            first_day: self
                .first_day
                .with_untracked(|text| text.trim().parse().unwrap_or(-1)),
            factor: self.factor.with_untracked(|text| rate(text)).unwrap_or(-1.0),
        });
        SenderDomainInput {
            domain: self.domain.get_untracked(),
            bounce_domain: self.bounce_domain.get_untracked(),
            tracking_origin: self.tracking_origin.get_untracked(),
            max_per_second: self.max_per_second.with_untracked(|text| rate(text)),
            warm_up,
            edit_version,
        }
    }
}

/// The dialog: changes `editing`, or registers a domain and goes to its page.
#[component]
pub(super) fn DomainDialog(
    open: RwSignal<bool>,
    editing: RwSignal<Option<SenderDomain>>,
    changed: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let toasts = use_toasts();
    let navigate = use_navigate();
    let fields = Fields::new();
    let error = RwSignal::new(None::<ApiError>);
    Effect::new(move |_| {
        if open.get() {
            error.set(None);
            editing.with_untracked(|domain| fields.fill(domain.as_ref()));
        }
    });
    let save = Action::new(move |(): &()| {
        let present = editing.with_untracked(|domain| domain.as_ref().map(|it| (it.id, it.edit_version)));
        let (id, version) = present.unzip();
        let input = fields.input(version.unwrap_or_default());
        let unit = here.key.get_untracked();
        let navigate = navigate.clone();
        async move {
            match save_domain(unit, id, input).await {
                Ok(saved) => {
                    open.set(false);
                    toasts.success(t_string!(i18n, common.saved));
                    match id {
                        Some(_) => changed.run(()),
                        None => navigate(
                            &here.href(&format!("/settings/domains/{saved}")),
                            Default::default(),
                        ),
                    }
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
        true => t_string!(i18n, sending.domain_add),
        false => t_string!(i18n, sending.domain_edit),
    };
    let footer = move || {
        view! {
            <Button on_click=move |_| open.set(false)>{t!(i18n, common.cancel)}</Button>
            <Button kind=Kind::Primary busy on_click=move |_| submit()>{t!(i18n, common.save)}</Button>
        }
    };
    view! {
        <Dialog id="domain" open title footer width=Width::Wide>
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
                    <Show when=move || is_new.get()>
                        <Field
                            name="domain"
                            label=move || t_string!(i18n, sending.domain)
                            hint=move || t_string!(i18n, sending.domain_hint)
                            required=true
                        >
                            <TextInput bind=fields.domain maxlength=253 autocomplete="off" />
                        </Field>
                    </Show>
                    <Ways fields />
                    <button type="submit" class="hidden" tabindex="-1" aria-hidden="true"></button>
                </form>
            </Provider>
        </Dialog>
    }
    .into_any()
}

/// Bounces, links and pace.
#[component]
fn Ways(fields: Fields) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <Field
            name="bounce_domain"
            label=move || t_string!(i18n, sending.bounce_domain)
            hint=move || t_string!(i18n, sending.bounce_domain_hint)
        >
            <TextInput bind=fields.bounce_domain maxlength=253 autocomplete="off" />
        </Field>
        <Field
            name="tracking_origin"
            label=move || t_string!(i18n, sending.tracking_origin)
            hint=move || t_string!(i18n, sending.tracking_origin_hint)
        >
            <TextInput bind=fields.tracking_origin maxlength=280 autocomplete="off" inputmode="url" />
        </Field>
        <Field
            name="max_per_second"
            label=move || t_string!(i18n, sending.max_per_second)
            hint=move || t_string!(i18n, sending.max_per_second_hint)
        >
            <TextInput bind=fields.max_per_second inputmode="decimal" autocomplete="off" />
        </Field>
        <Checkbox
            name="slowly"
            label=move || t_string!(i18n, sending.warm_up)
            hint=move || t_string!(i18n, sending.warm_up_hint)
            bind=fields.slowly
        />
        <Show when=move || fields.slowly.get()>
            <div class="grid gap-4 md:grid-cols-3">
                <Field name="warm_up.started_on" label=move || t_string!(i18n, sending.warm_up_start) required=true>
                    <TextInput r#type="date" bind=fields.started_on />
                </Field>
                <Field name="warm_up.first_day" label=move || t_string!(i18n, sending.warm_up_first) required=true>
                    <TextInput bind=fields.first_day inputmode="numeric" autocomplete="off" />
                </Field>
                <Field name="warm_up.factor" label=move || t_string!(i18n, sending.warm_up_factor) required=true>
                    <TextInput bind=fields.factor inputmode="decimal" autocomplete="off" />
                </Field>
            </div>
        </Show>
    }
    .into_any()
}
