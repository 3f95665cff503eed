//! One person, as far as the unit may see.

use super::api::{self, PersonView};
use super::person_topics::PersonTopics;
use super::{refused, words};
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_params_map};
use types::access::Permission;
use types::contacts::{Contact, ContactMessage};
use types::topics::{ConsentRecord, localised};
use types::{ContactId, Language};

pub(super) fn display_name(contact: &Contact) -> String {
    let name = format!("{} {}", contact.first_name, contact.last_name)
        .trim()
        .to_owned();
    if name.is_empty() {
        contact.email().to_owned()
    } else {
        name
    }
}

#[component]
pub(super) fn Person() -> impl IntoView {
    let here = use_here();
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params.with(|params| params.get("id").and_then(|id| id.parse::<ContactId>().ok()))
    });
    let person = Resource::new(
        move || (here.key.get(), id.get()),
        |(unit, id)| async move {
            match id {
                Some(id) => api::person(unit, id).await,
                None => Err(types::ApiError::new(types::Code::NotFound)),
            }
        },
    );
    view! {
        <Transition fallback=|| view! { <SkeletonRows rows=8 /> }>
            {move || person.get().map(|answer| match answer {
                Ok(view) => view! { <Shown view changed=Callback::new(move |()| person.refetch()) /> }.into_any(),
                Err(error) => refused(&error),
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Shown(view: PersonView, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let PersonView {
        contact,
        choices,
        history,
        messages,
    } = view;
    let id = contact.id;
    let name = display_name(&contact);
    let title = if name.is_empty() {
        contact.key.clone().unwrap_or_default()
    } else {
        name
    };
    let crumb = title.clone();
    let heading = title.clone();
    let status = contact.status;
    let tone = words::status(i18n.get_locale_untracked(), status).1;
    let edit = format!("/audience/people/{id}/edit");
    let asking = RwSignal::new(false);
    view! {
        <Title text=title />
        <Breadcrumb crumbs=vec![
            Crumb::new(move || t_string!(i18n, audience.title), here.href("/audience")),
            Crumb::here(crumb),
        ] />
        <PageHeader
            title=heading
            badge=move || view! { <Badge text=move || words::status(i18n.get_locale(), status).0 tone /> }
            actions=move || {
                let edit = edit.clone();
                view! {
                    <Show when=move || here.may(Permission::ManageContacts)>
                        <Button kind=Kind::Quiet icon=Icon::Delete on_click=move |_| asking.set(true)>
                            {t!(i18n, audience.remove_from_unit)}
                        </Button>
                        <LinkButton
                            href={
                                let edit = edit.clone();
                                Signal::derive(move || here.href(&edit))
                            }
                            icon=Icon::Edit
                        >
                            {t!(i18n, audience.edit_person)}
                        </LinkButton>
                    </Show>
                }
            }
        />
        <Remove id asking />
        <div class="grid items-start gap-6 lg:grid-cols-2">
            <div class="flex min-w-0 flex-col gap-6">
                <About contact=contact.clone() />
                <Identities contact=contact.clone() changed />
            </div>
            <div class="flex min-w-0 flex-col gap-6">
                <PersonTopics contact choices changed />
            </div>
        </div>
        <div class="mt-6 flex flex-col gap-6">
            <Messages messages />
            <History history />
        </div>
    }
    .into_any()
}

#[component]
fn Remove(id: ContactId, asking: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let toasts = use_toasts();
    let navigate = use_navigate();
    let remove = Action::new(move |(): &()| {
        let unit = here.key.get_untracked();
        async move { api::remove_people(unit, vec![id]).await }
    });
    let error = Signal::derive(move || remove.value().get().and_then(Result::err));
    Effect::new(move |_| {
        if let Some(Ok(count)) = remove.value().get() {
            toasts.success(t_string!(i18n, audience.removed, count = count).to_string());
            navigate(&here.href("/audience"), Default::default());
        }
    });
    view! {
        <ConfirmDialog
            id="remove-person"
            open=asking
            title=move || t_string!(i18n, audience.remove_title, count = 1_u64).to_string()
            text=move || t_string!(i18n, audience.remove_text)
            confirm=move || t_string!(i18n, audience.remove_from_unit)
            busy=remove.pending()
            error
            on_confirm=Callback::new(move |()| {
                remove.dispatch(());
            })
        />
    }
    .into_any()
}

#[component]
fn About(contact: Contact) -> impl IntoView {
    let i18n = use_i18n();
    let text = |value: &str| {
        if value.is_empty() {
            "–".to_owned()
        } else {
            value.to_owned()
        }
    };
    let source = contact.source.clone();
    let attributes = contact
        .attributes
        .iter()
        .map(|(name, value)| {
            let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            view! { <FactRow label=name.clone()>{shown}</FactRow> }
        })
        .collect_view();
    let has_attributes = !contact.attributes.is_empty();
    view! {
        <Card title=move || t_string!(i18n, audience.about)>
            <Facts>
                <FactRow label=move || t_string!(i18n, audience.first_name)>{text(&contact.first_name)}</FactRow>
                <FactRow label=move || t_string!(i18n, audience.last_name)>{text(&contact.last_name)}</FactRow>
                <FactRow label=move || t_string!(i18n, audience.key)>{text(contact.key.as_deref().unwrap_or(""))}</FactRow>
                <FactRow label=move || t_string!(i18n, audience.col_language)>
                    {move || contact.language.map_or_else(|| t_string!(i18n, audience.language_of_unit), Language::autonym)}
                </FactRow>
                <FactRow label=move || t_string!(i18n, audience.time_zone)>{text(contact.time_zone.as_deref().unwrap_or(""))}</FactRow>
                <FactRow label=move || t_string!(i18n, audience.came_by)>
                    {move || words::source(i18n.get_locale(), &source)} " · " <Moment at=contact.created_at />
                </FactRow>
            </Facts>
        </Card>
        {has_attributes.then(|| view! { <Card title=move || t_string!(i18n, audience.attributes)><Facts>{attributes}</Facts></Card> })}
    }
    .into_any()
}

#[component]
fn Identities(contact: Contact, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let toasts = use_toasts();
    let id = contact.id;
    let choose = Action::new(move |identity: &types::IdentityId| {
        let (unit, identity) = (here.key.get_untracked(), *identity);
        async move { api::set_primary(unit, id, identity).await }
    });
    Effect::new(move |_| match choose.value().get() {
        Some(Ok(())) => changed.run(()),
        Some(Err(error)) => toasts.error(i18n.get_locale_untracked(), &error),
        None => {}
    });
    let kinds: Vec<_> = contact.identities.iter().map(|identity| identity.kind).collect();
    let several = move |kind| kinds.iter().filter(|other| **other == kind).count() > 1;
    let rows = contact
        .identities
        .into_iter()
        .map(|identity| {
            let (kind, key) = (identity.kind, identity.id);
            let other = !identity.is_primary;
            let in_use = identity.is_primary && several(kind);
            view! {
                <FactRow label=move || words::identity(i18n.get_locale(), kind)>
                    <span class="flex flex-wrap items-center gap-2">
                        <span>{identity.value}</span>
                        {in_use.then(|| view! { <Badge text=move || t_string!(i18n, audience.primary) tone=Tone::Accent /> })}
                        {identity
                            .bounced_at
                            .map(|at| {
                                view! {
                                    <span class="text-[13px] text-danger">
                                        {t!(i18n, audience.undeliverable_since)} " " <Moment at style=TimeStyle::Date />
                                    </span>
                                }
                            })}
                        <Show when=move || other && here.may(Permission::ManageContacts)>
                            <Button size=Size::Small on_click=move |_| {
                                choose.dispatch(key);
                            }>{t!(i18n, audience.make_primary)}</Button>
                        </Show>
                    </span>
                </FactRow>
            }
        })
        .collect_view();
    view! { <Card title=move || t_string!(i18n, audience.addresses)><Facts>{rows}</Facts></Card> }.into_any()
}

const HEAD: &str = "px-4 py-2 text-left text-xs font-medium text-muted";
const CELL: &str = "border-t border-line px-4 py-2 align-top";

#[component]
fn Messages(messages: Vec<ContactMessage>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    if messages.is_empty() {
        return view! {
            <Card title=move || t_string!(i18n, audience.messages)><p class="text-muted">{t!(i18n, audience.messages_none)}</p></Card>
        }
        .into_any();
    }
    let rows = messages
        .into_iter()
        .map(|message| {
            let outcome = message.outcome.clone();
            let tone = words::outcome(i18n.get_locale_untracked(), outcome.as_deref()).1;
            let link = match (message.message_id, message.campaign_id) {
                (Some(id), _) => Some(here.href(&format!("/messages/asked/{id}"))),
                (None, Some(id)) => Some(here.href(&format!("/messages/{id}"))),
                (None, None) => None,
            };
            let name = message.name.clone();
            view! {
                <tr>
                    <td class=CELL>{match link {
                        Some(href) => view! { <a href=href class="font-medium text-ink">{name}</a> }.into_any(),
                        None => name.into_any(),
                    }}</td>
                    <td class=CELL>
                        <span class="flex flex-wrap items-center gap-2">
                            <Badge text=move || words::outcome(i18n.get_locale(), outcome.as_deref()).0 tone />
                            {message.opened.then(|| view! { <span class="text-[13px] text-muted">{t!(i18n, audience.opened)}</span> })}
                            {message.clicked.then(|| view! { <span class="text-[13px] text-muted">{t!(i18n, audience.clicked)}</span> })}
                            {(!message.rule.is_empty()).then(|| view! { <code class="text-xs text-muted">{message.rule.clone()}</code> })}
                        </span>
                    </td>
                    <td class=CELL>{message.at.map(|at| view! { <Moment at /> })}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <Card title=move || t_string!(i18n, audience.messages) flush=true>
            <div class="overflow-x-auto" tabindex="0" role="region" aria-label=move || t_string!(i18n, audience.messages)>
                <table class="w-full border-collapse text-sm">
                    <caption class="sr-only">{t!(i18n, audience.messages)}</caption>
                    <thead>
                        <tr>
                            <th scope="col" class=HEAD>{t!(i18n, audience.col_message)}</th>
                            <th scope="col" class=HEAD>{t!(i18n, audience.col_outcome)}</th>
                            <th scope="col" class=HEAD>{t!(i18n, audience.col_when)}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </Card>
    }
    .into_any()
}

#[component]
fn History(history: Vec<ConsentRecord>) -> impl IntoView {
    let i18n = use_i18n();
    if history.is_empty() {
        return view! {
            <Card title=move || t_string!(i18n, audience.consent_history)>
                <p class="text-muted">{t!(i18n, audience.consent_none)}</p>
            </Card>
        }
        .into_any();
    }
    let rows = history
        .into_iter()
        .map(|line| {
            let (act, source, name) = (line.act, line.source, line.topic_name.clone());
            let topic = move || match &name {
                Some(name) => {
                    let language = i18n.get_locale().to_string().parse().unwrap_or_default();
                    localised(name, language, Language::En).to_owned()
                }
                None => t_string!(i18n, audience.all_marketing).to_owned(),
            };
            view! {
                <tr>
                    <td class=CELL>{move || words::act(i18n.get_locale(), act)}</td>
                    <td class=CELL>{topic}</td>
                    <td class=CELL>{move || words::consent_source(i18n.get_locale(), source)}</td>
                    <td class=format!("{CELL} max-w-md break-words text-muted")>
                        {line.wording.clone()}
                        {(!line.wording_version.is_empty()).then(|| format!(" ({})", line.wording_version))}
                    </td>
                    <td class=CELL><Moment at=line.at /></td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <Card title=move || t_string!(i18n, audience.consent_history) flush=true>
            <div class="overflow-x-auto" tabindex="0" role="region" aria-label=move || t_string!(i18n, audience.consent_history)>
                <table class="w-full border-collapse text-sm">
                    <caption class="sr-only">{t!(i18n, audience.consent_history)}</caption>
                    <thead>
                        <tr>
                            <th scope="col" class=HEAD>{t!(i18n, audience.col_what)}</th>
                            <th scope="col" class=HEAD>{t!(i18n, audience.col_topic)}</th>
                            <th scope="col" class=HEAD>{t!(i18n, audience.col_how)}</th>
                            <th scope="col" class=HEAD>{t!(i18n, audience.col_wording)}</th>
                            <th scope="col" class=HEAD>{t!(i18n, audience.col_when)}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </Card>
    }
    .into_any()
}
