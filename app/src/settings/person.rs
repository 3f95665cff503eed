//! What can be done with one person: roles, invitation, keeping out and letting in, signing out.

use super::api;
use super::invite::RoleTicks;
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use std::collections::BTreeSet;
use types::ApiError;
use types::access::Role;
use types::identity::{Member, UserStatus};

/// Which dialog is open, and about whom.
#[derive(Clone, Copy)]
pub(super) struct Acts {
    member: RwSignal<Option<Member>>,
    roles: RwSignal<bool>,
    disable: RwSignal<bool>,
    sign_out: RwSignal<bool>,
    enable: RwSignal<Option<Member>>,
    resend: RwSignal<Option<Member>>,
}

impl Acts {
    pub(super) fn new() -> Self {
        Self {
            member: RwSignal::new(None),
            roles: RwSignal::new(false),
            disable: RwSignal::new(false),
            sign_out: RwSignal::new(false),
            enable: RwSignal::new(None),
            resend: RwSignal::new(None),
        }
    }

    fn about(self, member: &Member, dialog: RwSignal<bool>) {
        self.member.set(Some(member.clone()));
        dialog.set(true);
    }

    fn name(self) -> String {
        self.member.with(|member| {
            member
                .as_ref()
                .map(|member| member.name.clone())
                .unwrap_or_default()
        })
    }
}

/// The menu of a row.
#[component]
pub(super) fn PersonMenu(member: Member, acts: Acts) -> impl IntoView {
    let i18n = use_i18n();
    let name = member.name.clone();
    let here_directly = !member.roles.is_empty();
    let (invited, disabled) = (
        member.status == UserStatus::Invited,
        member.status == UserStatus::Disabled,
    );
    let manageable = member.manageable && !member.is_self;
    if !here_directly && !manageable {
        return view! { <span class="text-[13px] text-muted">{t!(i18n, settings.from_above)}</span> }
            .into_any();
    }
    let member = StoredValue::new(member);
    let about = move |dialog: RwSignal<bool>| member.with_value(|member| acts.about(member, dialog));
    view! {
        <Menu label=move || t_string!(i18n, settings.actions_for, name = name.clone()).to_string()>
            {here_directly
                .then(|| {
                    view! {
                        <MenuButton icon=Icon::Edit on_click=move |_| about(acts.roles)>
                            {t!(i18n, settings.change_roles)}
                        </MenuButton>
                    }
                })}
            {(here_directly && invited)
                .then(|| {
                    view! {
                        <MenuButton icon=Icon::Send on_click=move |_| acts.resend.set(Some(member.get_value()))>
                            {t!(i18n, settings.resend)}
                        </MenuButton>
                    }
                })}
            {(manageable && !disabled && !invited)
                .then(|| {
                    view! {
                        <MenuButton icon=Icon::SignOut on_click=move |_| about(acts.sign_out)>
                            {t!(i18n, settings.sign_out_member)}
                        </MenuButton>
                    }
                })}
            {(manageable && disabled)
                .then(|| {
                    view! {
                        <MenuButton icon=Icon::Check on_click=move |_| acts.enable.set(Some(member.get_value()))>
                            {t!(i18n, settings.enable)}
                        </MenuButton>
                    }
                })}
            {(manageable && !disabled)
                .then(|| {
                    view! {
                        <MenuButton icon=Icon::Stop danger=true on_click=move |_| about(acts.disable)>
                            {t!(i18n, settings.disable)}
                        </MenuButton>
                    }
                })}
        </Menu>
    }
    .into_any()
}

/// The dialogs; `changed` runs after every act that succeeded.
#[component]
pub(super) fn PersonActs(acts: Acts, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let toasts = use_toasts();
    let error = RwSignal::new(None::<ApiError>);
    let roles = RwSignal::new(BTreeSet::<Role>::new());
    Effect::new(move |_| {
        if acts.roles.get() || acts.disable.get() || acts.sign_out.get() {
            error.set(None);
            roles.set(
                acts.member
                    .with_untracked(|m| m.iter().flat_map(|m| m.roles.clone()).collect()),
            );
        }
    });
    let done = move |result: Result<(), ApiError>, dialog: RwSignal<bool>| match result {
        Ok(()) => {
            dialog.set(false);
            toasts.success(t_string!(i18n, common.saved));
            changed.run(());
        }
        Err(refused) => error.set(Some(refused)),
    };
    let whom = move || {
        acts.member
            .with_untracked(|member| member.as_ref().map(|member| member.id))
    };
    let save_roles = Action::new(move |(): &()| {
        let (unit, user) = (here.key.get_untracked(), whom());
        let wanted = roles.with_untracked(|roles| roles.iter().copied().collect());
        async move {
            if let Some(user) = user {
                done(api::set_roles(unit, user, wanted).await, acts.roles);
            }
        }
    });
    let disable = Action::new(move |(): &()| {
        let (unit, user) = (here.key.get_untracked(), whom());
        async move {
            if let Some(user) = user {
                done(api::disable(unit, user).await, acts.disable);
            }
        }
    });
    let sign_out = Action::new(move |(): &()| {
        let (unit, user) = (here.key.get_untracked(), whom());
        async move {
            if let Some(user) = user {
                done(api::sign_out_member(unit, user).await.map(drop), acts.sign_out);
            }
        }
    });
    // Nothing is lost by these two, so they are not asked about.
    let at_once = Action::new(move |(member, enable): &(Member, bool)| {
        let (unit, user, enable) = (here.key.get_untracked(), member.id, *enable);
        async move {
            let result = if enable {
                api::enable(unit, user).await
            } else {
                api::resend_invitation(unit, user).await
            };
            match result {
                Ok(()) => {
                    toasts.success(t_string!(i18n, common.saved));
                    changed.run(());
                }
                Err(refused) => toasts.error(i18n.get_locale_untracked(), &refused),
            }
        }
    });
    Effect::new(move |_| {
        if let Some(member) = acts.enable.get() {
            acts.enable.set(None);
            at_once.dispatch((member, true));
        }
        if let Some(member) = acts.resend.get() {
            acts.resend.set(None);
            at_once.dispatch((member, false));
        }
    });
    let footer = move || {
        view! {
            <Button on_click=move |_| acts.roles.set(false)>{t!(i18n, common.cancel)}</Button>
            <Button kind=Kind::Primary busy=save_roles.pending() on_click=move |_| { save_roles.dispatch(()); }>
                {t!(i18n, common.save)}
            </Button>
        }
    };
    view! {
        <Dialog
            id="roles"
            open=acts.roles
            title=move || t_string!(i18n, settings.roles_of, name = acts.name()).to_string()
            footer
        >
            <div class="flex flex-col gap-4">
                <FormError error />
                <RoleTicks roles />
                <p class="text-[13px] text-muted">{t!(i18n, settings.no_role_removes)}</p>
            </div>
        </Dialog>
        <ConfirmDialog
            id="disable"
            open=acts.disable
            title=move || t_string!(i18n, settings.disable_title, name = acts.name()).to_string()
            text=move || t_string!(i18n, settings.disable_text)
            confirm=move || t_string!(i18n, settings.disable)
            on_confirm=Callback::new(move |()| { disable.dispatch(()); })
            busy=disable.pending()
            error
        />
        <ConfirmDialog
            id="sign-out-member"
            open=acts.sign_out
            title=move || t_string!(i18n, settings.sign_out_title, name = acts.name()).to_string()
            text=move || t_string!(i18n, settings.sign_out_text)
            confirm=move || t_string!(i18n, settings.sign_out_member)
            on_confirm=Callback::new(move |()| { sign_out.dispatch(()); })
            busy=sign_out.pending()
            error
        />
    }
    .into_any()
}
