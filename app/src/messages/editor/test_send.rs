//! One message to colleagues.

use super::draft::Editing;
use crate::layout::use_here;
use crate::messages::api::{samples, test_campaign};
use crate::messages::words::language_text;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::context::Provider;
use leptos::prelude::*;
use types::ApiError;

#[component]
pub(super) fn TestSend() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let editing = expect_context::<Editing>();
    let toasts = use_toasts();
    let addresses = RwSignal::new(here.me.with_untracked(|me| me.email.clone()));
    let sample = RwSignal::new(String::new());
    let language = RwSignal::new(String::new());
    let error = RwSignal::new(None::<ApiError>);
    let id = editing.id;
    let people = Resource::new(
        move || here.key.get(),
        move |unit| samples(unit, id, String::new()),
    );
    let options = Signal::derive(move || {
        let mut options = vec![(
            String::new(),
            t_string!(i18n, campaigns.first_recipient).to_owned(),
        )];
        let found = people.get().and_then(Result::ok).unwrap_or_default();
        options.extend(found.into_iter().map(|it| {
            let name = format!("{} {}", it.first_name, it.last_name);
            let name = if name.trim().is_empty() {
                it.email
            } else {
                name.trim().to_owned()
            };
            (it.id.to_string(), name)
        }));
        options
    });
    let versions = Signal::derive(move || {
        let mut options = vec![(String::new(), t_string!(i18n, campaigns.own_language).to_owned())];
        let languages = editing
            .content
            .with(|it| it.languages.keys().copied().collect::<Vec<_>>());
        options.extend(
            languages
                .into_iter()
                .map(|it| (it.code().to_owned(), language_text(i18n, it).to_owned())),
        );
        options
    });
    let send = Action::new(move |(): &()| {
        let unit = here.key.get_untracked();
        let list = addresses.with_untracked(|it| {
            it.split([',', ';', ' ', '\n'])
                .map(str::trim)
                .filter(|it| !it.is_empty())
                .map(str::to_owned)
                .collect()
        });
        let sample = sample.with_untracked(|it| it.parse().ok());
        let language = language.with_untracked(|it| it.parse().ok());
        async move {
            error.set(None);
            match test_campaign(unit, id, list, sample, language).await {
                Ok(sent) => toasts.success(t_string!(i18n, campaigns.test_sent, count = sent).to_string()),
                Err(refusal) => error.set(Some(refusal)),
            }
        }
    });
    let unsaved = Signal::derive(move || !editing.is_saved());
    view! {
        <Provider value=FieldErrors::new(error.into())>
            <form
                class="flex flex-col gap-4"
                on:submit=move |event| {
                    event.prevent_default();
                    send.dispatch(());
                }
            >
                <FormError error=error />
                <Field
                    name="addresses"
                    label=move || t_string!(i18n, campaigns.test_addresses)
                    hint=move || t_string!(i18n, campaigns.test_addresses_hint)
                    required=true
                >
                    <TextInput bind=addresses />
                </Field>
                <div class="grid gap-4 sm:grid-cols-2">
                    <Suspense fallback=|| view! { <Skeleton class="h-9 w-full" /> }>
                        {move || {
                            // Read here, so that the Suspense around waits for it.
                            let _ = people.get();
                            view! {
                                <Field name="sample" label=move || t_string!(i18n, campaigns.test_as) required=true>
                                    <Select options bind=sample />
                                </Field>
                            }
                        }}
                    </Suspense>
                    <Field name="test_language" label=move || t_string!(i18n, campaigns.test_language) required=true>
                        <Select options=versions bind=language />
                    </Field>
                </div>
                <div>
                    <Button r#type="submit" icon=Icon::Send busy=send.pending() disabled=unsaved>
                        {t!(i18n, campaigns.test_send)}
                    </Button>
                </div>
            </form>
        </Provider>
    }
    .into_any()
}
