//! The home page: what to do next comes first.

use super::api;
use super::panels::{Drafts, Health, Recent, Running, Waiting};
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use std::time::Duration;
use types::access::Permission;

/// How often the page is read again while something runs.
const LIVE: Duration = Duration::from_secs(4);

#[component]
pub(super) fn HomeView() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let unit = here.key;
    let home = Resource::new(move || unit.get(), api::read_home);
    let wait = StoredValue::new(None::<TimeoutHandle>);
    Effect::new(move |_| {
        let live = home.with(|answer| matches!(answer, Some(Ok((_, running))) if !running.is_empty()));
        if live {
            wait.set_value(set_timeout_with_handle(move || home.refetch(), LIVE).ok());
        }
    });
    on_cleanup(move || {
        if let Some(handle) = wait.try_get_value().flatten() {
            handle.clear();
        }
    });
    let first_name = move || {
        here.me
            .with(|me| me.name.split_whitespace().next().unwrap_or_default().to_owned())
    };
    let actions = move || {
        here.may(Permission::EditCampaigns).then(|| {
            view! {
                <LinkButton kind=Kind::Primary icon=Icon::Plus href=Signal::derive(move || here.href("/messages/new"))>
                    {t!(i18n, reports.home_new)}
                </LinkButton>
            }
        })
    };
    view! {
        <Title text=move || t_string!(i18n, reports.home_title).to_string() />
        <PageHeader title=move || t_string!(i18n, reports.home_hello, name = first_name()).to_string() actions />
        <Transition fallback=|| view! { <SkeletonRows rows=8 /> }>
            {move || {
                home.get()
                    .map(|answer| match answer {
                        Ok((home, running)) => {
                            let approves = here.may(Permission::ApproveCampaigns);
                            let writes = here.may(Permission::EditCampaigns);
                            view! {
                                <div class="flex flex-col gap-6">
                                    <Running running />
                                    <div class="grid gap-6 lg:grid-cols-2">
                                        {approves.then(|| view! { <Waiting waiting=home.waiting /> })}
                                        {writes.then(|| view! { <Drafts drafts=home.drafts /> })}
                                    </div>
                                    {here.may(Permission::ReadReports).then(|| view! { <Recent recent=home.recent /> })}
                                    {here.may(Permission::ReadContacts).then(|| view! { <Health health=home.health /> })}
                                </div>
                            }
                                .into_any()
                        }
                        Err(error) => {
                            view! { <Notice tone=Tone::Danger>{error_text(i18n.get_locale(), &error)}</Notice> }.into_any()
                        }
                    })
            }}
        </Transition>
    }
    .into_any()
}
