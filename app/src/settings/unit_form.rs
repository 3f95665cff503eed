//! Making and changing a unit.

use super::api;
use super::words::zones;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::context::Provider;
use leptos::prelude::*;
use types::units::{Unit, UnitInput};
use types::{ApiError, Language};

/// The form's fields.
#[derive(Clone, Copy)]
struct Fields {
    key: RwSignal<String>,
    name: RwSignal<String>,
    postal_address: RwSignal<String>,
    website: RwSignal<String>,
    accent: RwSignal<String>,
    sender_domains: RwSignal<String>,
    language: RwSignal<String>,
    time_zone: RwSignal<String>,
}

impl Fields {
    fn new() -> Self {
        let empty = || RwSignal::new(String::new());
        Self {
            key: empty(),
            name: empty(),
            postal_address: empty(),
            website: empty(),
            accent: empty(),
            sender_domains: empty(),
            language: empty(),
            time_zone: empty(),
        }
    }

    fn fill(self, unit: Option<&Unit>) {
        let text = |value: fn(&Unit) -> String| unit.map(value).unwrap_or_default();
        self.key.set(text(|unit| unit.key.clone()));
        self.name.set(text(|unit| unit.name.clone()));
        self.postal_address.set(text(|unit| unit.postal_address.clone()));
        self.website.set(text(|unit| unit.website.clone()));
        self.accent
            .set(unit.map_or_else(|| "#2f5bd7".to_owned(), |unit| unit.accent.clone()));
        self.sender_domains
            .set(text(|unit| unit.sender_domains.join("\n")));
        self.language.set(
            unit.map(|unit| unit.default_language)
                .unwrap_or_default()
                .code()
                .to_owned(),
        );
        self.time_zone
            .set(unit.map_or_else(zone_name, |unit| unit.time_zone.clone()));
    }

    fn input(self) -> UnitInput {
        UnitInput {
            key: self.key.get_untracked(),
            name: self.name.get_untracked(),
            postal_address: self.postal_address.get_untracked(),
            website: self.website.get_untracked(),
            accent: self.accent.get_untracked(),
            sender_domains: self.sender_domains.with_untracked(|text| {
                text.split([',', '\n', ' '])
                    .map(str::trim)
                    .filter(|domain| !domain.is_empty())
                    .map(str::to_owned)
                    .collect()
            }),
            default_language: self
                .language
                .with_untracked(|code| code.parse().unwrap_or_default()),
            time_zone: self.time_zone.get_untracked(),
        }
    }
}

/// The dialog: changes `editing`, or makes a unit below the one with the key `parent`.
#[component]
pub(super) fn UnitDialog(
    open: RwSignal<bool>,
    editing: RwSignal<Option<Unit>>,
    parent: RwSignal<String>,
    changed: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let fields = Fields::new();
    let error = RwSignal::new(None::<ApiError>);
    Effect::new(move |_| {
        if open.get() {
            error.set(None);
            editing.with_untracked(|unit| fields.fill(unit.as_ref()));
        }
    });
    let save = Action::new(move |(): &()| {
        let input = fields.input();
        let present = editing.with_untracked(|unit| unit.as_ref().map(|unit| unit.key.clone()));
        let parent = parent.get_untracked();
        async move {
            let result = match present {
                Some(key) => api::update_unit(key, input).await,
                None => api::create_unit(parent, input).await,
            };
            match result {
                Ok(()) => {
                    open.set(false);
                    toasts.success(t_string!(i18n, common.saved));
                    changed.run(());
                }
                Err(refused) => error.set(Some(refused)),
            }
        }
    });
    let languages = Signal::derive(|| {
        Language::ALL
            .map(|language| (language.code().to_owned(), language.autonym().to_owned()))
            .to_vec()
    });
    let zones = Signal::derive(move || fields.time_zone.with(|zone| zones(zone)));
    let title = move || match editing.with(|unit| unit.as_ref().map(|unit| unit.name.clone())) {
        Some(name) => t_string!(i18n, settings.edit_unit, name = name).to_string(),
        None => t_string!(i18n, settings.create_unit).to_owned(),
    };
    let footer = move || {
        view! {
            <Button on_click=move |_| open.set(false)>{t!(i18n, common.cancel)}</Button>
            <Button kind=Kind::Primary busy=save.pending() on_click=move |_| { save.dispatch(()); }>
                {t!(i18n, common.save)}
            </Button>
        }
    };
    view! {
        <Dialog id="unit" open title footer width=Width::Wide>
            <Provider value=FieldErrors::new(error.into())>
                <div class="grid gap-4 md:grid-cols-2">
                    <div class="md:col-span-2"><FormError error /></div>
                    <Field name="name" label=move || t_string!(i18n, common.name) required=true>
                        <TextInput bind=fields.name maxlength=120 />
                    </Field>
                    <Field name="key" label=move || t_string!(i18n, settings.unit_key) hint=move || t_string!(i18n, settings.unit_key_hint) required=true>
                        <TextInput bind=fields.key maxlength=48 />
                    </Field>
                    <div class="md:col-span-2">
                        <Field
                            name="postal_address"
                            label=move || t_string!(i18n, settings.postal_address)
                            hint=move || t_string!(i18n, settings.postal_address_hint)
                        >
                            <TextArea bind=fields.postal_address rows=2 />
                        </Field>
                    </div>
                    <Field name="website" label=move || t_string!(i18n, settings.website)>
                        <TextInput r#type="url" bind=fields.website />
                    </Field>
                    <Field name="accent" label=move || t_string!(i18n, settings.accent) hint=move || t_string!(i18n, settings.accent_hint) required=true>
                        <TextInput bind=fields.accent maxlength=7 />
                    </Field>
                    <div class="md:col-span-2">
                        <Field
                            name="sender_domains"
                            label=move || t_string!(i18n, settings.sender_domains)
                            hint=move || t_string!(i18n, settings.sender_domains_hint)
                        >
                            <TextArea bind=fields.sender_domains rows=2 />
                        </Field>
                    </div>
                    <Field name="default_language" label=move || t_string!(i18n, common.language) required=true>
                        <Select options=languages bind=fields.language />
                    </Field>
                    <Field name="time_zone" label=move || t_string!(i18n, settings.time_zone) required=true>
                        <Select options=zones bind=fields.time_zone />
                    </Field>
                </div>
            </Provider>
        </Dialog>
    }
    .into_any()
}
