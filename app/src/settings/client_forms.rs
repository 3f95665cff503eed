//! Giving a client a new secret, and showing a secret once.

use super::clients_api::rotate_client;
use super::copy::CopyField;
use crate::layout::use_here;
use crate::ui::*;
use i18n::{I18nContext, Locale, t, t_string, use_i18n};
use leptos::context::Provider;
use leptos::prelude::*;
use types::clients::{ApiClient, ApiCredentials, DEFAULT_OVERLAP, RotateInput};
use types::{ApiError, ClientId};

/// A secret that was just made, while it is shown.
#[derive(Clone, Copy)]
pub(super) struct Fresh {
    open: RwSignal<bool>,
    made: RwSignal<Option<ApiCredentials>>,
}

impl Fresh {
    pub(super) fn new() -> Self {
        Self {
            open: RwSignal::new(false),
            made: RwSignal::new(None),
        }
    }

    /// Opens the dialog with it.
    pub(super) fn show(self, made: ApiCredentials) {
        self.made.set(Some(made));
        self.open.set(true);
    }
}

/// For how many hours the present secrets may work beside a new one.
const OVERLAPS: [i32; 4] = [DEFAULT_OVERLAP, 1, 168, 0];

/// The question before a new secret: for how long the present ones still work.
#[component]
pub(super) fn RotateDialog(
    open: RwSignal<bool>,
    client: RwSignal<Option<ApiClient>>,
    fresh: Fresh,
    changed: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let overlap = RwSignal::new(String::new());
    let error = RwSignal::new(None::<ApiError>);
    Effect::new(move |_| {
        if open.get() {
            error.set(None);
            overlap.set(DEFAULT_OVERLAP.to_string());
        }
    });
    let rotate = Action::new(move |(): &()| {
        let unit = here.key.get_untracked();
        let which = client.with_untracked(|client| client.as_ref().map(|client| client.id));
        let input = RotateInput {
            overlap_hours: overlap.with_untracked(|hours| hours.parse().ok()),
        };
        async move {
            let Some(client) = which else { return };
            match rotate_client(unit, client, input).await {
                Ok(made) => {
                    open.set(false);
                    fresh.show(made);
                    changed.run(());
                }
                Err(refused) => error.set(Some(refused)),
            }
        }
    });
    let name = move || client.with(|client| client.as_ref().map(|client| client.name.clone()));
    let title = move || {
        let name = name().unwrap_or_default();
        t_string!(i18n, settings.client_rotate_title, name = name).to_string()
    };
    let choices = move || {
        OVERLAPS
            .into_iter()
            .map(|hours| {
                let choice = Choice::new(hours.to_string(), move || overlap_name(i18n, hours));
                match hours {
                    0 => choice.hint(move || t_string!(i18n, settings.overlap_none_hint)),
                    _ => choice,
                }
            })
            .collect::<Vec<_>>()
    };
    let footer = move || {
        view! {
            <Button on_click=move |_| open.set(false)>{t!(i18n, common.cancel)}</Button>
            <Button kind=Kind::Primary busy=rotate.pending() on_click=move |_| { rotate.dispatch(()); }>
                {t!(i18n, settings.client_rotate)}
            </Button>
        }
    };
    view! {
        <Dialog id="client-rotate" open title footer>
            <Provider value=FieldErrors::new(error.into())>
                <div class="flex flex-col gap-4">
                    <FormError error />
                    <p>{t!(i18n, settings.client_rotate_text)}</p>
                    <RadioGroup name="overlap_hours" legend=move || t_string!(i18n, settings.overlap) choices=choices() bind=overlap />
                </div>
            </Provider>
        </Dialog>
    }
    .into_any()
}

fn overlap_name(i18n: I18nContext<Locale>, hours: i32) -> &'static str {
    match hours {
        0 => t_string!(i18n, settings.overlap_none),
        1 => t_string!(i18n, settings.overlap_hour),
        168 => t_string!(i18n, settings.overlap_week),
        _ => t_string!(i18n, settings.overlap_day),
    }
}

/// The dialog that shows a secret once.
#[component]
pub(super) fn FreshDialog(fresh: Fresh) -> impl IntoView {
    let i18n = use_i18n();
    let origin = RwSignal::new(String::new());
    Effect::new(move |_| origin.set(window().location().origin().unwrap_or_default()));
    // Once it is closed, the page does not have it any more either.
    Effect::new(move |_| {
        if !fresh.open.get() {
            fresh.made.set(None);
        }
    });
    let footer = move || {
        view! {
            <Button kind=Kind::Primary on_click=move |_| fresh.open.set(false)>
                {t!(i18n, settings.client_stored)}
            </Button>
        }
    };
    view! {
        <Dialog
            id="client-made"
            open=fresh.open
            title=move || t_string!(i18n, settings.client_made_title)
            footer
            width=Width::Wide
        >
            {move || fresh.made.get().map(|made| view! { <Credentials made origin=origin.get() /> })}
        </Dialog>
    }
    .into_any()
}

#[component]
fn Credentials(made: ApiCredentials, origin: String) -> impl IntoView {
    let i18n = use_i18n();
    let example = token_request(&origin, made.client_id);
    view! {
        <div class="flex flex-col gap-4">
            <Notice tone=Tone::Warning title=move || t_string!(i18n, settings.client_once_title)>
                {t!(i18n, settings.client_once_text)}
            </Notice>
            <CopyField id="client-made-id" label=move || t_string!(i18n, settings.client_id) value=made.client_id.to_string() />
            <CopyField id="client-made-secret" label=move || t_string!(i18n, settings.client_secret) value=made.client_secret />
            <CopyField id="client-made-example" label=move || t_string!(i18n, settings.client_example) value=example rows=4 />
            <p class="text-[13px] text-muted">
                {t!(i18n, settings.client_example_text)} " " <DocsLink />
            </p>
        </div>
    }
    .into_any()
}

/// The way to the API's documentation, which is no page of the console: the router must not take it.
#[component]
pub(super) fn DocsLink() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <a href="/api/docs" rel="external" class="font-medium text-accent underline">
            {t!(i18n, settings.clients_docs)}
        </a>
    }
    .into_any()
}

/// How the client gets a token, as a command. The secret is a variable in it: what is typed stays in the shell's history.
fn token_request(origin: &str, client: ClientId) -> String {
    [
        format!("curl {origin}/api/v1/oauth/token"),
        "-d grant_type=client_credentials".to_owned(),
        format!("-d client_id={client}"),
        "-d client_secret=\"$CLIENT_SECRET\"".to_owned(),
    ]
    .join(" \\\n  ")
}
