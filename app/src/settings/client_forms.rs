//! Letting a system in, and showing its secret once.

use super::clients_api::create_client;
use super::copy::CopyField;
use super::scopes::ScopeTicks;
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::context::Provider;
use leptos::{html, prelude::*};
use std::collections::BTreeSet;
use types::access::Permission;
use types::clients::{ApiClientInput, ApiCredentials};
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

/// The dialog that makes a client; then its secret is shown, and `changed` runs.
#[component]
pub(super) fn ClientDialog(open: RwSignal<bool>, fresh: Fresh, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let name = RwSignal::new(String::new());
    let scopes = RwSignal::new(BTreeSet::<Permission>::new());
    let error = RwSignal::new(None::<ApiError>);
    let top = NodeRef::<html::Div>::new();
    // Emptied when it closes: the ticks look at their scopes only once, as the dialog opens.
    Effect::new(move |_| {
        if !open.get() {
            name.set(String::new());
            scopes.set(BTreeSet::new());
            error.set(None);
        }
    });
    // The form is longer than a small window: what is wrong stands at its top.
    Effect::new(move |_| {
        if error.with(Option::is_some)
            && let Some(top) = top.get_untracked()
        {
            top.scroll_into_view();
        }
    });
    let save = Action::new(move |(): &()| {
        let input = ApiClientInput {
            name: name.get_untracked(),
            scopes: scopes.with_untracked(|scopes| scopes.iter().copied().collect()),
        };
        let unit = here.key.get_untracked();
        async move {
            match create_client(unit, input).await {
                Ok(made) => {
                    open.set(false);
                    fresh.show(made);
                    changed.run(());
                }
                Err(refused) => error.set(Some(refused)),
            }
        }
    });
    let busy = save.pending();
    // Enter in the field, too; never twice.
    let submit = move || {
        if !busy.get_untracked() {
            save.dispatch(());
        }
    };
    let footer = move || {
        view! {
            <Button on_click=move |_| open.set(false)>{t!(i18n, common.cancel)}</Button>
            <Button kind=Kind::Primary busy on_click=move |_| submit()>
                {t!(i18n, settings.clients_add)}
            </Button>
        }
    };
    view! {
        <Dialog id="client" open title=move || t_string!(i18n, settings.client_new_title) footer width=Width::Wide>
            <Provider value=FieldErrors::new(error.into())>
                <form
                    class="flex flex-col gap-4"
                    novalidate
                    on:submit=move |event| {
                        event.prevent_default();
                        submit();
                    }
                >
                    <div node_ref=top>
                        <FormError error labels=vec![("scopes", (move || t_string!(i18n, settings.client_may)).into())] />
                    </div>
                    <Field
                        name="name"
                        label=move || t_string!(i18n, common.name)
                        hint=move || t_string!(i18n, settings.client_name_hint)
                        required=true
                    >
                        <TextInput bind=name autocomplete="off" maxlength=120 />
                    </Field>
                    <ScopeTicks scopes error />
                    <p class="text-[13px] text-muted">{t!(i18n, settings.client_owner_note)}</p>
                </form>
            </Provider>
        </Dialog>
    }
    .into_any()
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
