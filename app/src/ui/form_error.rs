//! The summary of what is wrong with a form.

use super::badge::Tone;
use super::empty::Notice;
use super::error_text::{error_text, field_error_text};
use i18n::use_i18n;
use leptos::prelude::*;
use types::ApiError;

/// Says what went wrong, at the top of a form, with a link to each field concerned. Read out when it appears.
#[component]
pub fn FormError(
    #[prop(into)] error: Signal<Option<ApiError>>,
    /// Labels of fields by their name in the request; a field without one is listed by its error alone.
    #[prop(optional)]
    labels: Vec<(&'static str, TextProp)>,
) -> impl IntoView {
    let i18n = use_i18n();
    let labels = StoredValue::new(labels);
    view! {
        <div aria-live="assertive" class="contents">
            {move || {
                let error = error.get()?;
                let locale = i18n.get_locale();
                let fields = error
                    .fields
                    .iter()
                    .map(|field| {
                        let label = labels
                            .with_value(|labels| {
                                labels.iter().find(|(name, _)| *name == field.field).map(|(_, label)| label.get())
                            });
                        let text = field_error_text(locale, field);
                        let text = match label {
                            Some(label) => format!("{label}: {text}"),
                            None => text,
                        };
                        let href = format!("#field-{}", field.field.replace('.', "-"));
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
