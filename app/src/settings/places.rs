//! The unit's own bounce domain and address of links.

use super::sending_api::{get_unit_places, set_unit_places};
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::context::Provider;
use leptos::prelude::*;
use types::ApiError;
use types::sending::UnitPlaces;

/// The form, once the present places are there.
#[component]
pub(super) fn Places() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let present = Resource::new(move || here.key.get(), get_unit_places);
    view! {
        <div class="mt-8">
            <Section
                title=move || t_string!(i18n, sending.places)
                text=move || t_string!(i18n, sending.places_text)
            >
                <Card>
                    <Transition fallback=|| view! { <SkeletonRows rows=2 /> }>
                        {move || present.get().map(|answer| match answer {
                            Ok(places) => view! { <Form places /> }.into_any(),
                            Err(error) => view! {
                                <Notice tone=Tone::Danger>{move || error_text(i18n.get_locale(), &error)}</Notice>
                            }.into_any(),
                        })}
                    </Transition>
                </Card>
            </Section>
        </div>
    }
    .into_any()
}

#[component]
fn Form(places: UnitPlaces) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let toasts = use_toasts();
    let bounce_domain = RwSignal::new(places.bounce_domain);
    let tracking_origin = RwSignal::new(places.tracking_origin);
    let error = RwSignal::new(None::<ApiError>);
    let save = Action::new(move |(): &()| {
        let input = UnitPlaces {
            bounce_domain: bounce_domain.get_untracked(),
            tracking_origin: tracking_origin.get_untracked(),
        };
        let unit = here.key.get_untracked();
        async move {
            match set_unit_places(unit, input).await {
                Ok(()) => {
                    error.set(None);
                    toasts.success(t_string!(i18n, common.saved));
                }
                Err(refused) => error.set(Some(refused)),
            }
        }
    });
    let busy = save.pending();
    view! {
        <Provider value=FieldErrors::new(error.into())>
            <form
                class="flex flex-col gap-4"
                novalidate
                on:submit=move |event| {
                    event.prevent_default();
                    if !busy.get_untracked() {
                        save.dispatch(());
                    }
                }
            >
                <FormError error />
                <div class="grid gap-4 md:grid-cols-2">
                <Field
                    id="unit-bounce-domain"
                    name="bounce_domain"
                    label=move || t_string!(i18n, sending.bounce_domain)
                >
                    <TextInput bind=bounce_domain maxlength=253 autocomplete="off" />
                </Field>
                <Field
                    id="unit-tracking-origin"
                    name="tracking_origin"
                    label=move || t_string!(i18n, sending.tracking_origin)
                >
                    <TextInput bind=tracking_origin maxlength=280 autocomplete="off" inputmode="url" />
                </Field>
                </div>
                <div>
                    <Button r#type="submit" busy>{t!(i18n, common.save)}</Button>
                </div>
            </form>
        </Provider>
    }
    .into_any()
}
