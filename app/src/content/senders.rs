//! Sender profiles: a table and a dialog.

use super::AreaTabs;
use super::api::{archive_sender, list_senders, save_sender, sender_domains};
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use leptos::task::spawn_local;
use types::access::Permission;
use types::content::{SenderProfile, SenderProfileInput};
use types::{ApiError, SenderProfileId};

#[component]
pub(super) fn Senders() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let query = use_list_query(&["archived"]);
    let rows = Resource::new(
        move || (here.key.get(), query.get()),
        |(unit, query)| list_senders(unit, query),
    );
    let may = Signal::derive(move || here.may(Permission::ManageSenders));
    let editing = RwSignal::new(None::<Option<SenderProfile>>);
    let open = RwSignal::new(false);
    let edit = Callback::new(move |profile: Option<SenderProfile>| {
        editing.set(Some(profile));
        open.set(true);
    });
    let changed = Callback::new(move |()| {
        open.set(false);
        rows.refetch();
    });
    let add = move || {
        view! {
            {move || {
                may.get()
                    .then(|| {
                        view! {
                            <Button kind=Kind::Primary icon=Icon::Plus on_click=move |_| edit.run(None)>
                                {t!(i18n, content.new_sender)}
                            </Button>
                        }
                    })
            }}
        }
    };
    let title = move || match editing.get() {
        Some(Some(_)) => t_string!(i18n, content.edit_sender),
        _ => t_string!(i18n, content.new_sender),
    };
    view! {
        <Title text=move || t_string!(i18n, content.senders).to_string() />
        <PageHeader title=move || t_string!(i18n, content.senders) text=move || t_string!(i18n, content.senders_text) actions=add />
        <AreaTabs selected="senders" />
        <DataTable
            caption=move || t_string!(i18n, content.senders)
            query
            rows
            columns=columns(may, edit, changed)
            row_id=|row: &SenderProfile| row.id.to_string()
            search=move || t_string!(i18n, content.search_senders)
            empty=move || {
                view! {
                    <EmptyState icon=Icon::Send title=move || t_string!(i18n, content.senders_empty) text=move || t_string!(i18n, content.senders_empty_text) />
                }
            }
        />
        <Dialog id="sender-dialog" open title>
            {move || editing.get().map(|profile| view! { <SenderForm profile changed /> })}
        </Dialog>
    }
    .into_any()
}

fn columns(
    may: Signal<bool>,
    edit: Callback<Option<SenderProfile>>,
    changed: Callback<()>,
) -> Vec<Column<SenderProfile>> {
    let i18n = use_i18n();
    let here = use_here();
    let toasts = use_toasts();
    let archive = move |id: SenderProfileId, archived: bool| {
        let unit = here.key.get_untracked();
        spawn_local(async move {
            match archive_sender(unit, id, archived).await {
                Ok(()) => changed.run(()),
                Err(error) => toasts.error(i18n.get_locale_untracked(), &error),
            }
        });
    };
    vec![
        Column::new(
            move || t_string!(i18n, content.name),
            |row: &SenderProfile| {
                view! { <span class="font-medium">{row.name.clone()}</span> }
            },
        ),
        Column::new(
            move || t_string!(i18n, content.from),
            |row: &SenderProfile| {
                view! {
                    <span class="block">{row.from_name.clone()}</span>
                    <span class="block text-[13px] text-muted">{row.from_address.clone()}</span>
                }
            },
        ),
        Column::new(
            move || t_string!(i18n, content.reply_to),
            |row: &SenderProfile| row.reply_to.clone().unwrap_or_else(|| "–".to_owned()),
        )
        .wide_only(),
        Column::new(
            move || t_string!(i18n, content.actions),
            move |row: &SenderProfile| {
                let (profile, id, archived) = (row.clone(), row.id, row.archived_at.is_some());
                move || {
                    let profile = profile.clone();
                    may.get()
                    .then(|| {
                        view! {
                            <span class="flex gap-2">
                                <Button size=Size::Small on_click=move |_| edit.run(Some(profile.clone()))>{t!(i18n, content.edit)}</Button>
                                <Button size=Size::Small kind=Kind::Quiet on_click=move |_| archive(id, !archived)>
                                    {if archived { t_string!(i18n, content.restore) } else { t_string!(i18n, content.archive) }}
                                </Button>
                            </span>
                        }
                    })
                }
            },
        ),
    ]
}

#[component]
fn SenderForm(profile: Option<SenderProfile>, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let toasts = use_toasts();
    let id = profile.as_ref().map(|it| it.id);
    let start =
        |get: fn(&SenderProfile) -> String| RwSignal::new(profile.as_ref().map(get).unwrap_or_default());
    let name = start(|it| it.name.clone());
    let from_name = start(|it| it.from_name.clone());
    let from_address = start(|it| it.from_address.clone());
    let reply_to = start(|it| it.reply_to.clone().unwrap_or_default());
    let error = RwSignal::new(None::<ApiError>);
    let busy = RwSignal::new(false);
    let domains = RwSignal::new(String::new());
    Effect::new(move |_| {
        let unit = here.key.get();
        spawn_local(async move {
            let found = sender_domains(unit).await.unwrap_or_default();
            domains.try_set(found.join(", "));
        });
    });
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        busy.set(true);
        let input = SenderProfileInput {
            name: name.get_untracked(),
            from_name: from_name.get_untracked(),
            from_address: from_address.get_untracked(),
            reply_to: reply_to.get_untracked(),
        };
        let unit = here.key.get_untracked();
        spawn_local(async move {
            let answer = save_sender(unit, id, input).await;
            busy.try_set(false);
            match answer {
                Ok(()) => {
                    toasts.success(t_string!(i18n, content.saved).to_string());
                    changed.run(());
                }
                Err(problem) => {
                    error.try_set(Some(problem));
                }
            }
        });
    };
    view! {
        <leptos::context::Provider value=FieldErrors::new(error.into())>
            <form class="flex flex-col gap-4" on:submit=save novalidate>
                <FormError error />
                <Field name="name" label=move || t_string!(i18n, content.name) hint=move || t_string!(i18n, content.sender_name_hint) required=true>
                    <TextInput bind=name maxlength=120 />
                </Field>
                <Field name="from_name" label=move || t_string!(i18n, content.from_name) required=true>
                    <TextInput bind=from_name maxlength=120 />
                </Field>
                <Field
                    name="from_address"
                    label=move || t_string!(i18n, content.from_address)
                    hint=move || t_string!(i18n, content.domains_hint, domains = domains.get())
                    required=true
                >
                    <TextInput bind=from_address r#type="email" />
                </Field>
                <Field name="reply_to" label=move || t_string!(i18n, content.reply_to) hint=move || t_string!(i18n, content.reply_to_hint)>
                    <TextInput bind=reply_to r#type="email" />
                </Field>
                <div><Button kind=Kind::Primary r#type="submit" busy>{t!(i18n, content.save)}</Button></div>
            </form>
        </leptos::context::Provider>
    }
    .into_any()
}
