//! Systems that call the API: who they are, what they may do, and shutting them out.

use super::client_edit::{ClientDialog, ClientForm};
use super::client_forms::{DocsLink, Fresh, FreshDialog, RotateDialog};
use super::clients_api::{list_clients, revoke_client};
use super::frame::Frame;
use super::scopes::scope_name;
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use types::ApiError;
use types::access::Permission;
use types::clients::ApiClient;

/// Which question is open, and about which client.
#[derive(Clone, Copy)]
struct Acts {
    form: ClientForm,
    client: RwSignal<Option<ApiClient>>,
    rotate: RwSignal<bool>,
    revoke: RwSignal<bool>,
}

impl Acts {
    fn new() -> Self {
        Self {
            form: ClientForm::new(),
            client: RwSignal::new(None),
            rotate: RwSignal::new(false),
            revoke: RwSignal::new(false),
        }
    }

    fn about(self, client: ApiClient, dialog: RwSignal<bool>) {
        self.client.set(Some(client));
        dialog.set(true);
    }

    fn name(self) -> String {
        self.client.with(|client| {
            client
                .as_ref()
                .map(|client| client.name.clone())
                .unwrap_or_default()
        })
    }
}

/// `/c/:unit/settings/api`
#[component]
pub(super) fn Clients() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let unit = here.key;
    let query = use_list_query(&[]);
    let version = RwSignal::new(0_u32);
    let rows = Resource::new(
        move || (unit.get(), version.get()),
        |(unit, _)| list_clients(unit),
    );
    let changed = Callback::new(move |()| version.update(|version| *version += 1));
    let fresh = Fresh::new();
    let acts = Acts::new();
    view! {
        <Frame current="api">
            <div class="mb-4 flex flex-wrap items-start justify-between gap-4">
                <p class="max-w-2xl text-sm text-muted">
                    {t!(i18n, settings.clients_text)} " " <DocsLink />
                </p>
                <Show when=move || here.may(Permission::ManageClients)>
                    <Button kind=Kind::Primary icon=Icon::Plus on_click=move |_| acts.form.show(None)>
                        {t!(i18n, settings.clients_add)}
                    </Button>
                </Show>
            </div>
            <DataTable
                caption=move || t_string!(i18n, settings.clients)
                query
                rows
                columns=columns(acts)
                row_id=|row: &ApiClient| row.id.to_string()
                empty=move || {
                    view! {
                        <EmptyState
                            icon=Icon::Key
                            title=move || t_string!(i18n, settings.clients_empty)
                            text=move || t_string!(i18n, settings.clients_empty_text)
                        >
                            <DocsLink />
                        </EmptyState>
                    }
                }
            />
            <ClientDialog form=acts.form fresh changed />
            <RotateDialog open=acts.rotate client=acts.client fresh changed />
            <RevokeDialog acts changed />
            <FreshDialog fresh />
        </Frame>
    }
    .into_any()
}

fn columns(acts: Acts) -> Vec<Column<ApiClient>> {
    let i18n = use_i18n();
    vec![
        Column::new(
            move || t_string!(i18n, common.name),
            move |row: &ApiClient| {
                let by = row.owner.clone().map(|owner| {
                    view! {
                        <span class="block text-[13px] text-muted">
                            {move || t_string!(i18n, settings.client_by, name = owner.clone()).to_string()}
                        </span>
                    }
                });
                view! {
                    <span class="block font-medium">{row.name.clone()}</span>
                    {by}
                    <span class="hidden font-mono text-xs break-all text-muted md:block">{row.id.to_string()}</span>
                }
            },
        ),
        Column::new(
            move || t_string!(i18n, settings.client_may),
            move |row: &ApiClient| {
                let scopes = row.scopes.clone();
                view! {
                    <span class="flex flex-wrap gap-1">
                        {scopes
                            .into_iter()
                            .map(|scope| view! { <Badge text=move || scope_name(i18n, scope) /> })
                            .collect_view()}
                    </span>
                }
            },
        )
        .wide_only(),
        Column::new(
            move || t_string!(i18n, settings.client_bounds),
            move |row: &ApiClient| view! { <ClientBounds client=row.clone() /> },
        )
        .wide_only(),
        Column::new(
            move || t_string!(i18n, settings.client_last_used),
            move |row: &ApiClient| match row.last_used_at {
                Some(at) => {
                    let from = row.last_used_from.clone().map(|from| {
                        view! {
                            <span class="block text-[13px] text-muted">
                                {t!(i18n, settings.client_used_from)} " " <span class="font-mono text-xs break-all">{from}</span>
                            </span>
                        }
                    });
                    view! { <Moment at /> {from} }.into_any()
                }
                None => view! { <span class="text-muted">{t!(i18n, settings.never)}</span> }.into_any(),
            },
        )
        .wide_only(),
        Column::new(
            move || t_string!(i18n, settings.status),
            move |row: &ApiClient| view! { <ClientState client=row.clone() /> },
        ),
        Column::new(
            move || t_string!(i18n, common.all_actions),
            move |row: &ApiClient| view! { <ClientButtons client=row.clone() acts /> },
        ),
    ]
}

/// From where it may call, and how often.
#[component]
fn ClientBounds(client: ApiClient) -> impl IntoView {
    let i18n = use_i18n();
    let count = u64::from(client.requests_per_minute.unsigned_abs());
    let networks = if client.allowed_networks.is_empty() {
        view! { <span class="block">{t!(i18n, settings.client_anywhere)}</span> }.into_any()
    } else {
        client
            .allowed_networks
            .into_iter()
            .map(|network| view! { <span class="block font-mono text-xs break-all">{network}</span> })
            .collect_view()
            .into_any()
    };
    let rate = move || {
        let figure = number(i18n.get_locale(), count);
        t_string!(i18n, settings.client_per_minute, count = count, figure = figure).to_string()
    };
    view! {
        {networks}
        <span class="block text-[13px] text-muted">{rate}</span>
    }
    .into_any()
}

/// Whether it may call, by how many secrets and until when, and the tokens it holds.
#[component]
fn ClientState(client: ApiClient) -> impl IntoView {
    let i18n = use_i18n();
    if let Some(at) = client.revoked_at {
        return view! {
            <Badge text=move || t_string!(i18n, settings.client_revoked) />
            <span class="block text-[13px] text-muted"><Moment at style=TimeStyle::Date /></span>
        }
        .into_any();
    }
    let secrets = u64::try_from(client.secrets).unwrap_or(0);
    let tokens = u64::try_from(client.tokens).unwrap_or(0);
    let ending = client
        .live_secrets
        .into_iter()
        .filter_map(|secret| secret.expires_at)
        .map(|at| {
            view! {
                <span class="block text-[13px] text-muted">{t!(i18n, settings.client_secret_until)} " " <Moment at /></span>
            }
        })
        .collect_view();
    let held = (tokens > 0).then(|| {
        view! {
            <span class="block text-[13px] text-muted">
                {move || t_string!(i18n, settings.client_tokens, count = tokens).to_string()}
            </span>
        }
    });
    view! {
        <Badge tone=Tone::Success text=move || t_string!(i18n, settings.client_active) />
        <span class="block text-[13px] text-muted">
            {move || t_string!(i18n, settings.client_secrets, count = secrets).to_string()}
        </span>
        {ending}
        {held}
    }
    .into_any()
}

/// What can be done with a client of a row; nothing with one that was shut out.
#[component]
fn ClientButtons(client: ApiClient, acts: Acts) -> impl IntoView {
    let i18n = use_i18n();
    if client.revoked_at.is_some() {
        return ().into_any();
    }
    // Buttons of many rows have the same words: which client they are about is said to those who do not see the row.
    let (for_edit, for_rotate, for_revoke) = (client.name.clone(), client.name.clone(), client.name.clone());
    let mine = client.mine;
    let client = StoredValue::new(client);
    let rotate = mine.then(|| {
        view! {
            <Button size=Size::Small on_click=move |_| acts.about(client.get_value(), acts.rotate)>
                {t!(i18n, settings.client_rotate)}
                <span class="sr-only">{for_rotate}</span>
            </Button>
        }
    });
    view! {
        <span class="relative flex flex-wrap gap-2">
            <Button size=Size::Small on_click=move |_| acts.form.show(Some(client.get_value()))>
                {t!(i18n, settings.client_edit)}
                <span class="sr-only">{for_edit}</span>
            </Button>
            {rotate}
            <Button size=Size::Small kind=Kind::Quiet on_click=move |_| acts.about(client.get_value(), acts.revoke)>
                {t!(i18n, settings.client_revoke)}
                <span class="sr-only">{for_revoke}</span>
            </Button>
        </span>
    }
    .into_any()
}

/// The question before shutting out; `changed` runs after what succeeded.
#[component]
fn RevokeDialog(acts: Acts, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let toasts = use_toasts();
    let error = RwSignal::new(None::<ApiError>);
    Effect::new(move |_| {
        if acts.revoke.get() {
            error.set(None);
        }
    });
    let which = move || {
        acts.client
            .with_untracked(|client| client.as_ref().map(|client| client.id))
    };
    let revoke = Action::new(move |(): &()| {
        let (unit, client) = (here.key.get_untracked(), which());
        async move {
            let Some(client) = client else { return };
            match revoke_client(unit, client).await {
                Ok(()) => {
                    acts.revoke.set(false);
                    toasts.success(t_string!(i18n, settings.client_revoked_toast));
                    changed.run(());
                }
                Err(refused) => error.set(Some(refused)),
            }
        }
    });
    view! {
        <ConfirmDialog
            id="client-revoke"
            open=acts.revoke
            title=move || t_string!(i18n, settings.client_revoke_title, name = acts.name()).to_string()
            text=move || t_string!(i18n, settings.client_revoke_text)
            confirm=move || t_string!(i18n, settings.client_revoke)
            on_confirm=Callback::new(move |()| { revoke.dispatch(()); })
            busy=revoke.pending()
            error
        />
    }
    .into_any()
}
