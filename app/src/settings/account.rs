//! One's own name, language, colours, zone, password and sessions.

use super::api;
use super::frame::Frame;
use super::words::zones;
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::context::Provider;
use leptos::prelude::*;
use types::identity::{PasswordInput, ProfileInput, Theme};
use types::{ApiError, Language};

#[component]
pub(super) fn Account() -> impl IntoView {
    view! {
        <Frame current="account">
            <div class="grid gap-6 lg:grid-cols-2">
                <Profile />
                <Password />
                <Sessions />
            </div>
        </Frame>
    }
    .into_any()
}

#[component]
fn Profile() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let toasts = use_toasts();
    let me = here.me.get_untracked();
    let name = RwSignal::new(me.name);
    let language = RwSignal::new(me.language.code().to_owned());
    let theme = RwSignal::new(me.theme);
    let zone = RwSignal::new(me.time_zone);
    let email = me.email;
    let error = RwSignal::new(None::<ApiError>);
    let save = Action::new(move |(): &()| {
        let input = ProfileInput {
            name: name.get_untracked(),
            language: language.with_untracked(|code| code.parse().unwrap_or_default()),
            theme: theme.with_untracked(|theme| theme.parse().unwrap_or(Theme::System)),
            time_zone: zone.get_untracked(),
        };
        async move {
            match api::update_account(input.clone()).await {
                Ok(()) => {
                    error.set(None);
                    crate::layout::apply_preferences(i18n, input.language, input.theme);
                    here.me.update(|me| {
                        me.name = input.name.trim().to_owned();
                        me.language = input.language;
                        me.theme = input.theme.to_string();
                        me.time_zone.clone_from(&input.time_zone);
                    });
                    if let Some(Zone(shown)) = use_context::<Zone>() {
                        shown.set(input.time_zone);
                    }
                    toasts.success(t_string!(i18n, common.saved));
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
    let themes = Signal::derive(move || {
        vec![
            (
                Theme::System.to_string(),
                t_string!(i18n, common.theme_system).to_owned(),
            ),
            (
                Theme::Light.to_string(),
                t_string!(i18n, common.theme_light).to_owned(),
            ),
            (
                Theme::Dark.to_string(),
                t_string!(i18n, common.theme_dark).to_owned(),
            ),
        ]
    });
    let zone_options = Signal::derive(move || zone.with(|zone| zones(zone)));
    view! {
        <Card title=move || t_string!(i18n, settings.profile)>
            <Provider value=FieldErrors::new(error.into())>
                <form
                    class="flex flex-col gap-4"
                    on:submit=move |event| {
                        event.prevent_default();
                        save.dispatch(());
                    }
                >
                    <FormError error />
                    <Facts>
                        <FactRow label=move || t_string!(i18n, common.email)>{email}</FactRow>
                    </Facts>
                    <Field name="name" label=move || t_string!(i18n, common.name) required=true>
                        <TextInput bind=name autocomplete="name" maxlength=120 />
                    </Field>
                    <Field name="language" label=move || t_string!(i18n, common.language) required=true>
                        <Select options=languages bind=language />
                    </Field>
                    <Field name="theme" label=move || t_string!(i18n, common.theme) required=true>
                        <Select options=themes bind=theme />
                    </Field>
                    <Field name="time_zone" label=move || t_string!(i18n, settings.time_zone) required=true>
                        <Select options=zone_options bind=zone />
                    </Field>
                    <div>
                        <Button kind=Kind::Primary r#type="submit" busy=save.pending()>{t!(i18n, common.save)}</Button>
                    </div>
                </form>
            </Provider>
        </Card>
    }
    .into_any()
}

#[component]
fn Password() -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let (current, new) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let error = RwSignal::new(None::<ApiError>);
    let save = Action::new(move |(): &()| {
        let input = PasswordInput {
            current: current.get_untracked(),
            new: new.get_untracked(),
        };
        async move {
            match api::change_password(input).await {
                Ok(()) => {
                    error.set(None);
                    current.set(String::new());
                    new.set(String::new());
                    toasts.success(t_string!(i18n, settings.password_changed));
                }
                Err(refused) => error.set(Some(refused)),
            }
        }
    });
    view! {
        <Card title=move || t_string!(i18n, settings.password)>
            <Provider value=FieldErrors::new(error.into())>
                <form
                    class="flex flex-col gap-4"
                    on:submit=move |event| {
                        event.prevent_default();
                        save.dispatch(());
                    }
                >
                    <FormError error />
                    <Field name="current" label=move || t_string!(i18n, settings.current_password) required=true>
                        <TextInput r#type="password" bind=current autocomplete="current-password" />
                    </Field>
                    <Field
                        name="new"
                        label=move || t_string!(i18n, auth.new_password)
                        hint=move || t_string!(i18n, auth.password_hint)
                        required=true
                    >
                        <TextInput r#type="password" bind=new autocomplete="new-password" maxlength=256 />
                    </Field>
                    <p class="text-[13px] text-muted">{t!(i18n, settings.password_text)}</p>
                    <div>
                        <Button kind=Kind::Primary r#type="submit" busy=save.pending()>{t!(i18n, settings.change_password)}</Button>
                    </div>
                </form>
            </Provider>
        </Card>
    }
    .into_any()
}

#[component]
fn Sessions() -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let version = RwSignal::new(0_u32);
    let sessions = Resource::new(move || version.get(), |_| api::list_sessions());
    let end = Action::new(move |(): &()| async move {
        match api::sign_out_elsewhere().await {
            Ok(_) => {
                toasts.success(t_string!(i18n, settings.signed_out_elsewhere));
                version.update(|version| *version += 1);
            }
            Err(refused) => toasts.error(i18n.get_locale_untracked(), &refused),
        }
    });
    view! {
        <Card title=move || t_string!(i18n, settings.sessions)>
            <p class="mb-3 text-sm text-muted">{t!(i18n, settings.sessions_text)}</p>
            <Transition fallback=|| view! { <SkeletonRows rows=2 /> }>
                {move || {
                    sessions
                        .get()
                        .map(|sessions| match sessions {
                            Ok(sessions) => {
                                view! {
                                    <ul class="divide-y divide-line">
                                        {sessions
                                            .into_iter()
                                            .map(|session| {
                                                let (created, seen) = (session.created_at, session.seen_at);
                                                view! {
                                                    <li class="flex flex-wrap items-center justify-between gap-2 py-2 text-sm">
                                                        <span>
                                                            {t!(i18n, settings.signed_in_at)} " " <Moment at=created />
                                                            <span class="block text-[13px] text-muted">
                                                                {t!(i18n, settings.seen_at)} " " <Moment at=seen />
                                                            </span>
                                                        </span>
                                                        {session
                                                            .current
                                                            .then(|| {
                                                                view! {
                                                                    <Badge tone=Tone::Accent text=move || t_string!(i18n, settings.this_browser) />
                                                                }
                                                            })}
                                                    </li>
                                                }
                                            })
                                            .collect_view()}
                                    </ul>
                                }
                                    .into_any()
                            }
                            Err(error) => {
                                view! { <Notice tone=Tone::Danger>{error_text(i18n.get_locale(), &error)}</Notice> }
                                    .into_any()
                            }
                        })
                }}
            </Transition>
            <div class="mt-4">
                <Button icon=Icon::SignOut busy=end.pending() on_click=move |_| { end.dispatch(()); }>
                    {t!(i18n, settings.sign_out_elsewhere)}
                </Button>
            </div>
        </Card>
    }
    .into_any()
}
