//! Who may do what in the unit.

use super::api::list_people;
use super::frame::Frame;
use super::invite::InviteDialog;
use super::person::{Acts, PersonActs, PersonMenu};
use super::words::{role_name, status_name};
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use types::access::Role;
use types::identity::{Member, UserStatus};

#[component]
pub(super) fn People() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let unit = here.key;
    let query = use_list_query(&["role", "status"]);
    let version = RwSignal::new(0_u32);
    let rows = Resource::new(
        move || (unit.get(), query.get(), version.get()),
        |(unit, query, _)| list_people(unit, query),
    );
    let changed = Callback::new(move |()| version.update(|version| *version += 1));
    let inviting = RwSignal::new(false);
    let acts = Acts::new();
    let roles = Signal::derive(move || {
        Role::ALL
            .iter()
            .map(|role| (role.to_string(), role_name(i18n, *role).to_owned()))
            .collect::<Vec<_>>()
    });
    let states = Signal::derive(move || {
        UserStatus::ALL
            .iter()
            .map(|status| (status.to_string(), status_name(i18n, *status).to_owned()))
            .collect::<Vec<_>>()
    });
    view! {
        <Frame current="people">
            <div class="mb-4 flex flex-wrap items-start justify-between gap-4">
                <p class="max-w-2xl text-sm text-muted">{t!(i18n, settings.people_text)}</p>
                <Button kind=Kind::Primary icon=Icon::Plus on_click=move |_| inviting.set(true)>
                    {t!(i18n, settings.invite)}
                </Button>
            </div>
            <DataTable
                caption=move || t_string!(i18n, settings.people)
                query
                rows
                columns=columns(acts)
                row_id=|row: &Member| row.id.to_string()
                search=move || t_string!(i18n, settings.people_search)
                filters=move || {
                    view! {
                        <FilterSelect key="role" label=move || t_string!(i18n, settings.role) options=roles />
                        <FilterSelect key="status" label=move || t_string!(i18n, settings.status) options=states />
                    }
                }
                empty=move || {
                    view! {
                        <EmptyState
                            icon=Icon::User
                            title=move || t_string!(i18n, settings.people_empty)
                            text=move || t_string!(i18n, settings.people_empty_text)
                        />
                    }
                }
            />
            <InviteDialog open=inviting changed />
            <PersonActs acts changed />
        </Frame>
    }
    .into_any()
}

fn columns(acts: Acts) -> Vec<Column<Member>> {
    let i18n = use_i18n();
    vec![
        Column::new(
            move || t_string!(i18n, settings.person),
            move |row: &Member| {
                let own = row.is_self;
                view! {
                    <span class="flex flex-wrap items-center gap-2 font-medium">
                        {row.name.clone()}
                        {own.then(|| view! { <Badge text=move || t_string!(i18n, settings.you) /> })}
                    </span>
                    <span class="block text-[13px] text-muted">{row.email.clone()}</span>
                }
            },
        ),
        Column::new(
            move || t_string!(i18n, settings.roles),
            move |row: &Member| {
                let direct = row.roles.clone();
                let inherited = row.inherited.clone();
                view! {
                    <span class="flex flex-wrap gap-1">
                        {direct
                            .into_iter()
                            .map(|role| view! { <Badge tone=Tone::Accent text=move || role_name(i18n, role) /> })
                            .collect_view()}
                        {inherited
                            .into_iter()
                            .map(|inherited| {
                                let (role, unit) = (inherited.role, inherited.unit);
                                let text = move || {
                                    t_string!(i18n, settings.role_from, role = role_name(i18n, role), unit = unit.clone()).to_string()
                                };
                                view! { <Badge text /> }
                            })
                            .collect_view()}
                    </span>
                }
            },
        ),
        Column::new(
            move || t_string!(i18n, settings.status),
            move |row: &Member| {
                let status = row.status;
                let tone = match status {
                    UserStatus::Active => Tone::Success,
                    UserStatus::Invited => Tone::Info,
                    UserStatus::Disabled => Tone::Neutral,
                };
                view! { <Badge tone text=move || status_name(i18n, status) /> }
            },
        ),
        Column::new(
            move || t_string!(i18n, settings.last_sign_in),
            move |row: &Member| match row.last_sign_in_at {
                Some(at) => view! { <Moment at /> }.into_any(),
                None => view! { <span class="text-muted">{t!(i18n, settings.never)}</span> }.into_any(),
            },
        )
        .wide_only(),
        Column::new(
            move || t_string!(i18n, common.all_actions),
            move |row: &Member| view! { <PersonMenu member=row.clone() acts /> },
        ),
    ]
}
