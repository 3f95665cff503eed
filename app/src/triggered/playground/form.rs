//! The form of a call: to whom, and a field for each value.

use super::filled::{Filled, Given};
use crate::content::api::sample_people;
use crate::layout::use_here;
use crate::messages::words::language_text;
use crate::triggered::words::parameter_text;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use leptos::task::spawn_local;
use types::access::Permission;
use types::messages::ParameterKind;
use types::{FieldError, Language};

/// To whom: somebody the unit knows, or an address.
#[component]
pub(super) fn Recipient(filled: Filled, languages: Vec<Language>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let reads = here.may(Permission::ReadContacts);
    Effect::new(move |_| {
        let unit = here.key.get();
        spawn_local(async move {
            if reads && let Ok(found) = sample_people(unit, String::new()).await {
                filled.people.try_set(found);
            }
        });
    });
    let options = Signal::derive(move || {
        let mut options = vec![(String::new(), t_string!(i18n, triggered.an_address).to_owned())];
        filled.people.with(|people| {
            options.extend(people.iter().filter(|it| !it.email.is_empty()).map(|it| {
                let name = format!("{} {}", it.first_name, it.last_name);
                let name = if name.trim().is_empty() {
                    it.email.clone()
                } else {
                    name.trim().to_owned()
                };
                (it.id.to_string(), name)
            }));
        });
        options
    });
    let several = languages.len() > 1;
    let versions = Signal::derive(move || {
        let mut options = vec![(String::new(), t_string!(i18n, campaigns.own_language).to_owned())];
        options.extend(
            languages
                .iter()
                .map(|it| (it.code().to_owned(), language_text(i18n, *it).to_owned())),
        );
        options
    });
    view! {
        <div class="grid gap-4 sm:grid-cols-2">
            <Field name="person" label=move || t_string!(i18n, campaigns.recipient) required=true>
                <Select options bind=filled.chosen />
            </Field>
            <Show when=move || filled.chosen.with(String::is_empty)>
                <Field name="email" label=move || t_string!(i18n, triggered.email) required=true>
                    <TextInput r#type="email" bind=filled.typed autocomplete="off" />
                </Field>
            </Show>
            {several
                .then(|| {
                    view! {
                        <Field name="version" label=move || t_string!(i18n, campaigns.test_language) required=true>
                            <Select options=versions bind=filled.language />
                        </Field>
                    }
                })}
            <Field name="key" label=move || t_string!(i18n, triggered.own_key) hint=move || t_string!(i18n, triggered.own_key_hint)>
                <TextInput bind=filled.key maxlength=200 autocomplete="off" />
            </Field>
        </div>
    }
    .into_any()
}

/// A field for each parameter.
#[component]
pub(super) fn Values(filled: Filled) -> impl IntoView {
    let i18n = use_i18n();
    let fields = filled
        .given
        .get_value()
        .into_iter()
        .map(|given| view! { <ValueField given /> })
        .collect::<Vec<_>>();
    if fields.is_empty() {
        return view! { <p class="text-muted">{t!(i18n, triggered.no_parameters)}</p> }.into_any();
    }
    view! { <div class="flex flex-col gap-4" data-testid="values">{fields}</div> }.into_any()
}

#[component]
fn ValueField(given: Given) -> impl IntoView {
    let i18n = use_i18n();
    let (parameter, text) = (given.parameter.clone(), given.text);
    let (kind, required) = (parameter.kind, parameter.required && parameter.default.is_none());
    let name = parameter.name.clone();
    let field = format!("attributes.{name}");
    let own = field.clone();
    let error = Signal::derive(move || {
        let code = given.value().err()?;
        Some(field_error_text(
            i18n.get_locale(),
            &FieldError::new(own.clone(), code),
        ))
    });
    let hint = move || parameter_text(i18n, &parameter);
    let yes_no = Signal::derive(move || {
        let mut options = vec![
            ("true".to_owned(), "true".to_owned()),
            ("false".to_owned(), "false".to_owned()),
        ];
        if !required {
            options.insert(0, (String::new(), t_string!(i18n, triggered.left_out).to_owned()));
        }
        options
    });
    if required {
        view! { <Field name=field label=move || name.clone() hint required=true error>{control(kind, text, yes_no)}</Field> }
            .into_any()
    } else {
        view! { <Field name=field label=move || name.clone() hint error>{control(kind, text, yes_no)}</Field> }.into_any()
    }
}

/// What is written into; made inside its field, which tells it its name.
fn control(kind: ParameterKind, text: RwSignal<String>, yes_no: Signal<Vec<(String, String)>>) -> AnyView {
    match kind {
        ParameterKind::Boolean => view! { <Select options=yes_no bind=text /> }.into_any(),
        ParameterKind::List | ParameterKind::Object => {
            view! { <TextArea bind=text rows=5 code=true /> }.into_any()
        }
        ParameterKind::Date => view! { <TextInput r#type="date" bind=text /> }.into_any(),
        ParameterKind::Number => {
            view! { <TextInput bind=text inputmode="decimal" autocomplete="off" /> }.into_any()
        }
        ParameterKind::Text | ParameterKind::DateTime => {
            view! { <TextInput bind=text autocomplete="off" /> }.into_any()
        }
    }
}
