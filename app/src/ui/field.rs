//! A form field: label, hint and error around one control.

use super::error_text::field_error_text;
use super::icon::{Glyph, Icon};
use i18n::{t, use_i18n};
use leptos::context::Provider;
use leptos::prelude::*;
use types::ApiError;

/// What a [`Field`] tells the control inside it.
#[derive(Clone)]
pub struct FieldContext {
    /// Id of the control, so that the label is its label.
    pub id: String,
    pub name: String,
    pub required: bool,
    /// Ids of hint and error, for `aria-describedby`.
    pub described_by: Signal<Option<String>>,
    pub invalid: Signal<bool>,
}

/// The last error of the form that fields inside look their own error up in. Provide it once around a form.
#[derive(Clone, Copy)]
pub struct FieldErrors {
    error: Signal<Option<ApiError>>,
    fields: StoredValue<Vec<Known>>,
}

/// A field that is on the page: its name in the request, the id of its control, its label.
struct Known {
    name: String,
    id: String,
    label: TextProp,
}

impl FieldErrors {
    /// The errors of a form.
    #[must_use]
    pub fn new(error: Signal<Option<ApiError>>) -> Self {
        Self {
            error,
            fields: StoredValue::new(Vec::new()),
        }
    }

    /// Id of the control and label of the field of that name, when the form shows one.
    pub(super) fn field(self, name: &str) -> Option<(String, TextProp)> {
        self.fields.with_value(|fields| {
            let field = fields.iter().find(|field| field.name == name)?;
            Some((field.id.clone(), field.label.clone()))
        })
    }

    /// For as long as the caller is on the page.
    fn show(self, field: Known) {
        let id = field.id.clone();
        self.fields.update_value(|fields| fields.push(field));
        on_cleanup(move || {
            self.fields
                .try_update_value(|fields| fields.retain(|field| field.id != id));
        });
    }
}

/// Label, control, hint and error. The control inside (`TextInput`, `Select`, …) takes name, id and error state from here.
///
/// The error is `error` where given, else what the surrounding [`FieldErrors`] says about `name`.
#[component]
pub fn Field(
    children: Children,
    /// Name in the request; errors are found by it.
    #[prop(into)]
    name: String,
    #[prop(into)] label: TextProp,
    /// Id of the control when the name occurs twice on the page.
    #[prop(optional, into)]
    id: Option<String>,
    #[prop(optional, into)] hint: Option<TextProp>,
    #[prop(optional)] required: bool,
    #[prop(optional, into)] error: Option<Signal<Option<String>>>,
    /// The label is for assistive technology only (a search field whose icon says enough).
    #[prop(optional)]
    quiet_label: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let id = id.unwrap_or_else(|| format!("field-{}", name.replace('.', "-")));
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    let errors = use_context::<FieldErrors>();
    if let Some(errors) = errors {
        errors.show(Known {
            name: name.clone(),
            id: id.clone(),
            label: label.clone(),
        });
    }
    let own_name = name.clone();
    let message = Signal::derive(move || {
        error.and_then(|error| error.get()).or_else(|| {
            let error = errors?.error.get()?;
            error
                .field(&own_name)
                .map(|field| field_error_text(i18n.get_locale(), field))
        })
    });
    let described_by = {
        let (hint_id, error_id) = (hint.is_some().then(|| hint_id.clone()), error_id.clone());
        Signal::derive(move || {
            let error = message.with(Option::is_some).then(|| error_id.clone());
            let ids: Vec<String> = hint_id.clone().into_iter().chain(error).collect();
            (!ids.is_empty()).then(|| ids.join(" "))
        })
    };
    let invalid = Signal::derive(move || message.with(Option::is_some));
    let context = FieldContext {
        id: id.clone(),
        name,
        required,
        described_by,
        invalid,
    };
    view! {
        <div class="flex min-w-0 flex-col gap-1.5">
            <label r#for=id class=if quiet_label { "sr-only" } else { "text-[13px] font-medium text-ink" }>
                {move || label.get()}
                {(!required && !quiet_label)
                    .then(|| {
                        view! {
                            <span class="ml-1.5 font-normal text-muted">"(" {t!(i18n, common.optional)} ")"</span>
                        }
                    })}
            </label>
            <Provider value=context>{children()}</Provider>
            {hint
                .map(|hint| {
                    view! {
                        <p id=hint_id class="text-[13px] text-muted">
                            {move || hint.get()}
                        </p>
                    }
                })}
            {move || {
                message
                    .get()
                    .map(|text| {
                        view! {
                            <p id=error_id.clone() class="flex items-start gap-1.5 text-[13px] text-danger">
                                <Glyph icon=Icon::Error class="mt-0.5 h-4 w-4 flex-none" />
                                <span>{text}</span>
                            </p>
                        }
                    })
            }}
        </div>
    }
}
