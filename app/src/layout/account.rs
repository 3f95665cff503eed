//! The person signed in, and the way out.

use super::here::use_here;
use crate::ui::{Avatar, Icon, Menu, MenuButton, MenuDivider, MenuLink};
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;

/// Name, own account, sign-out. Signing out is a form of its own, so it works before the script is there.
#[component]
pub(super) fn AccountMenu() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let name = Signal::derive(move || here.me.with(|me| me.name.clone()));
    let face = move || view! { <Avatar name /> };
    view! {
        <Menu
            label=move || format!("{}: {}", t_string!(i18n, common.account), name.get())
            face=face
            class="ml-1 inline-flex h-9 items-center justify-center rounded-full px-1 hover:bg-hover"
        >
            <div class="px-2.5 py-2">
                <p class="truncate font-medium">{move || name.get()}</p>
                <p class="truncate text-[13px] text-muted">{move || here.me.with(|me| me.email.clone())}</p>
            </div>
            <MenuDivider />
            <MenuLink icon=Icon::User href=Signal::derive(move || here.href("/settings/account"))>
                {t!(i18n, common.my_account)}
            </MenuLink>
            <form method="post" action="/sign-out">
                <MenuButton r#type="submit" icon=Icon::SignOut>
                    {t!(i18n, common.sign_out)}
                </MenuButton>
            </form>
        </Menu>
    }
}
