//! An image slot: the chosen image, its alternative text, and the picker.

use crate::content::images::ImagePicker;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use types::content::ImageRow;

#[component]
pub(super) fn ImageField(
    #[prop(into)] name: String,
    label: Signal<String>,
    address: String,
    alt: String,
    change: Callback<(String, String)>,
    required: bool,
    error: Signal<Option<String>>,
    disabled: Signal<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let address = RwSignal::new(address);
    let alt = RwSignal::new(alt);
    let open = RwSignal::new(false);
    Effect::new(move |before: Option<()>| {
        let value = (address.get(), alt.get());
        if before.is_some() {
            change.run(value);
        }
    });
    let picked = Callback::new(move |image: ImageRow| {
        alt.set(image.alt);
        address.set(image.address);
        open.set(false);
    });
    let dialog = format!("pick-{}", name.replace('.', "-"));
    let alt_name = format!("{name}.alt");
    view! {
        <fieldset class="rounded-md border border-line p-3">
            <legend class="px-1 text-sm font-medium">
                {move || label.get()} {(!required).then(|| view! { <span class="ml-1.5 font-normal text-muted">"(" {t!(i18n, common.optional)} ")"</span> })}
            </legend>
            <div class="flex flex-wrap items-start gap-3">
                {move || {
                    let source = address.get();
                    (!source.is_empty())
                        .then(|| view! { <img src=source alt="" class="h-20 w-28 rounded-sm border border-line bg-sunken object-contain" /> })
                }}
                <div class="flex flex-wrap gap-2">
                    <Button size=Size::Small icon=Icon::Image disabled on_click=move |_| open.set(true)>
                        {t!(i18n, content.choose_image)}
                    </Button>
                    {move || {
                        (!address.with(String::is_empty))
                            .then(|| {
                                view! {
                                    <Button
                                        size=Size::Small
                                        kind=Kind::Quiet
                                        disabled
                                        on_click=move |_| {
                                            address.set(String::new());
                                            alt.set(String::new());
                                        }
                                    >
                                        {t!(i18n, content.remove_image)}
                                    </Button>
                                }
                            })
                    }}
                </div>
            </div>
            {move || {
                let (name, shown) = (alt_name.clone(), !address.with(String::is_empty));
                shown
                    .then(|| {
                        view! {
                            <div class="mt-3">
                                <Field name label=move || t_string!(i18n, content.alt) hint=move || t_string!(i18n, content.alt_hint) required=true>
                                    <TextInput bind=alt maxlength=300 disabled />
                                </Field>
                            </div>
                        }
                    })
            }}
            <p class="mt-1 text-[13px] text-danger" aria-live="polite">{move || error.get()}</p>
            <Dialog id=dialog open title=move || t_string!(i18n, content.choose_image) width=Width::Wide>
                <ImagePicker picked />
            </Dialog>
        </fieldset>
    }
    .into_any()
}
