//! The summary of what is wrong with a form.

use super::badge::Tone;
use super::empty::Notice;
use super::error_text::{error_text, field_error_text};
use super::field::FieldErrors;
use i18n::use_i18n;
use leptos::prelude::*;
use types::ApiError;

/// Says what went wrong, at the top of a form, with a link to each field concerned. Read out when it appears.
#[component]
pub fn FormError(
    #[prop(into)] error: Signal<Option<ApiError>>,
    /// Labels, by their name in the request, of what is wrong outside a [`Field`](super::Field): those of the form's fields are known.
    #[prop(optional)]
    labels: Vec<(&'static str, TextProp)>,
) -> impl IntoView {
    let i18n = use_i18n();
    let labels = StoredValue::new(labels);
    let form = use_context::<FieldErrors>();
    view! {
        <div aria-live="assertive" class="contents">
            {move || {
                let error = error.get()?;
                let locale = i18n.get_locale();
                let fields = error
                    .fields
                    .iter()
                    .map(|field| {
                        let known = form.and_then(|form| form.field(&field.field));
                        let (id, label) = match known {
                            Some((id, label)) => (id, Some(label)),
                            None => {
                                let label = labels
                                    .with_value(|labels| {
                                        labels.iter().find(|(name, _)| *name == field.field).map(|(_, label)| label.clone())
                                    });
                                (format!("field-{}", field.field.replace('.', "-")), label)
                            }
                        };
                        let text = field_error_text(locale, field);
                        let text = match label {
                            Some(label) => format!("{}: {text}", label.get()),
                            None => text,
                        };
                        let href = format!("#{id}");
                        view! {
                            <li>
                                <a href=href rel="external" class="text-ink underline">
                                    {text}
                                </a>
                            </li>
                        }
                    })
                    .collect_view();
                let list = (!error.fields.is_empty())
                    .then(|| view! { <ul class="mt-1 list-disc pl-5">{fields}</ul> });
                Some(
                    view! {
                        <Notice tone=Tone::Danger>
                            <p>{error_text(locale, &error)}</p>
                            {list}
                        </Notice>
                    },
                )
            }}
        </div>
    }
}
