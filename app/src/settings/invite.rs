//! Inviting somebody.

use super::api;
use super::words::{offered, role_hint, role_name};
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::context::Provider;
use leptos::prelude::*;
use std::collections::BTreeSet;
use types::ApiError;
use types::Language;
use types::access::Role;
use types::identity::InviteInput;

/// A tick for each role that may be given here.
#[component]
pub(super) fn RoleTicks(roles: RwSignal<BTreeSet<Role>>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let offered = here.unit.with_untracked(|unit| offered(unit.as_ref()));
    view! {
        <fieldset class="flex flex-col gap-2">
            <legend class="mb-2 text-[13px] font-medium text-ink">{t!(i18n, settings.roles)}</legend>
            {offered
                .into_iter()
                .map(|role| {
                    let toggle = Callback::new(move |on: bool| {
                        roles.update(|roles| {
                            if on { roles.insert(role) } else { roles.remove(&role) };
                        });
                    });
                    view! {
                        <Checkbox
                            name="roles"
                            value=role.to_string()
                            label=move || role_name(i18n, role)
                            hint=move || role_hint(i18n, role)
                            checked=roles.with_untracked(|roles| roles.contains(&role))
                            on_change=toggle
                        />
                    }
                })
                .collect_view()}
        </fieldset>
    }
    .into_any()
}

/// The dialog; `changed` runs when somebody was invited.
#[component]
pub(super) fn InviteDialog(open: RwSignal<bool>, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let toasts = use_toasts();
    let (email, name) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let language = RwSignal::new(Language::default().code().to_owned());
    let roles = RwSignal::new(BTreeSet::<Role>::new());
    let error = RwSignal::new(None::<ApiError>);
    // Each opening begins afresh.
    Effect::new(move |_| {
        if open.get() {
            email.set(String::new());
            name.set(String::new());
            roles.set(BTreeSet::from([Role::Author]));
            language.set(here.me.with_untracked(|me| me.language.code().to_owned()));
            error.set(None);
        }
    });
    let send = Action::new(move |(): &()| {
        let input = InviteInput {
            email: email.get_untracked(),
            name: name.get_untracked(),
            roles: roles.with_untracked(|roles| roles.iter().copied().collect()),
            language: language.with_untracked(|code| code.parse().unwrap_or_default()),
        };
        let unit = here.key.get_untracked();
        async move {
            match api::invite(unit, input).await {
                Ok(_) => {
                    toasts.success(t_string!(i18n, settings.invited_toast));
                    open.set(false);
                    changed.run(());
                }
                Err(refused) => error.set(Some(refused)),
            }
        }
    });
    let languages = Signal::derive(|| {
        Language::ALL
            .map(|language| (language.code().to_owned(), language.autonym().to_owned()))
            .to_vec()
    });
    let footer = move || {
        view! {
            <Button on_click=move |_| open.set(false)>{t!(i18n, common.cancel)}</Button>
            <Button kind=Kind::Primary busy=send.pending() on_click=move |_| { send.dispatch(()); }>
                {t!(i18n, settings.send_invitation)}
            </Button>
        }
    };
    view! {
        <Dialog id="invite" open title=move || t_string!(i18n, settings.invite_title) footer>
            <Provider value=FieldErrors::new(error.into())>
                <div class="flex flex-col gap-4">
                    <FormError error labels=vec![("roles", (move || t_string!(i18n, settings.roles)).into())] />
                    <Field name="email" label=move || t_string!(i18n, common.email) required=true>
                        <TextInput r#type="email" bind=email autocomplete="off" />
                    </Field>
                    <Field name="name" label=move || t_string!(i18n, common.name) required=true>
                        <TextInput bind=name autocomplete="off" maxlength=120 />
                    </Field>
                    <Field name="language" label=move || t_string!(i18n, common.language) required=true>
                        <Select options=languages bind=language />
                    </Field>
                    <RoleTicks roles />
                </div>
            </Provider>
        </Dialog>
    }
    .into_any()
}
