//! How fast others take mail.

use super::relay_form::{rate, rate_text};
use super::sending_api::{list_limits, remove_limit, set_limit};
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::context::Provider;
use leptos::prelude::*;
use types::ApiError;
use types::sending::RecipientLimit;

/// The limits, with a form that sets one.
#[component]
pub(super) fn Limits() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let toasts = use_toasts();
    let version = RwSignal::new(0_u32);
    let limits = Resource::new(
        move || (here.key.get(), version.get()),
        |(unit, _)| list_limits(unit),
    );
    let changed = Callback::new(move |()| version.update(|version| *version += 1));
    let remove = Action::new(move |domain: &String| {
        let (unit, domain) = (here.key.get_untracked(), domain.clone());
        async move {
            match remove_limit(unit, domain).await {
                Ok(()) => changed.run(()),
                Err(refused) => toasts.error(i18n.get_locale_untracked(), &refused),
            }
        }
    });
    let adding = RwSignal::new(false);
    let row = move |limit: RecipientLimit| {
        let (domain, for_remove) = (limit.domain.clone(), limit.domain.clone());
        let rate = limit.max_per_second.map_or("–".to_owned(), |it| it.to_string());
        let connections = limit.max_connections.map_or("–".to_owned(), |it| it.to_string());
        view! {
            <tr class="border-t border-line">
                <th scope="row" class="px-4 py-2.5 text-left font-medium break-all">{limit.domain}</th>
                <td class="px-4 py-2.5 text-right tabular-nums">{rate}</td>
                <td class="px-4 py-2.5 text-right tabular-nums">{connections}</td>
                <td class="px-4 py-2.5 text-right">
                    <IconButton
                        icon=Icon::Delete
                        size=Size::Small
                        label=move || t_string!(i18n, sending.limit_remove, domain = for_remove.clone()).to_string()
                        on_click=move |_| { remove.dispatch(domain.clone()); }
                    />
                </td>
            </tr>
        }
    };
    let head = "px-4 py-2 text-[13px] font-medium text-muted";
    let shown = move || {
        limits.get().map(|answer| match answer {
            Ok(limits) if limits.is_empty() => view! {
                <p class="p-4 text-sm text-muted">{t!(i18n, sending.limits_empty)}</p>
            }
            .into_any(),
            Ok(limits) => view! {
                <div class="overflow-x-auto">
                    <table class="w-full border-collapse text-sm">
                        <caption class="sr-only">{t!(i18n, sending.limits)}</caption>
                        <thead>
                            <tr>
                                <th scope="col" class=format!("{head} text-left")>{t!(i18n, sending.limit_domain)}</th>
                                <th scope="col" class=format!("{head} text-right")>{t!(i18n, sending.max_per_second)}</th>
                                <th scope="col" class=format!("{head} text-right")>{t!(i18n, sending.limit_connections)}</th>
                                <th scope="col" class=format!("{head} text-right")>
                                    <span class="sr-only">{t!(i18n, common.all_actions)}</span>
                                </th>
                            </tr>
                        </thead>
                        <tbody>{limits.into_iter().map(row).collect_view()}</tbody>
                    </table>
                </div>
            }
            .into_any(),
            Err(error) => view! {
                <div class="p-4">
                    <Notice tone=Tone::Danger>{move || error_text(i18n.get_locale(), &error)}</Notice>
                </div>
            }
            .into_any(),
        })
    };
    view! {
        <div class="mt-8">
            <Section
                title=move || t_string!(i18n, sending.limits)
                text=move || t_string!(i18n, sending.limits_text)
                actions=move || {
                    view! {
                        <Button icon=Icon::Plus on_click=move |_| adding.set(true)>{t!(i18n, sending.limit_add)}</Button>
                    }
                }
            >
                <Card flush=true>
                    <Transition fallback=|| view! { <SkeletonRows rows=2 /> }>{shown}</Transition>
                </Card>
            </Section>
            <LimitDialog open=adding changed />
        </div>
    }
    .into_any()
}

#[component]
fn LimitDialog(open: RwSignal<bool>, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let domain = RwSignal::new(String::new());
    let per_second = RwSignal::new(String::new());
    let connections = RwSignal::new(String::new());
    let error = RwSignal::new(None::<ApiError>);
    Effect::new(move |_| {
        if open.get() {
            domain.set(String::new());
            per_second.set(rate_text(None));
            connections.set(String::new());
            error.set(None);
        }
    });
    let save = Action::new(move |(): &()| {
        let input = RecipientLimit {
            domain: domain.get_untracked(),
            max_per_second: per_second.with_untracked(|text| rate(text)),
            max_connections: connections.with_untracked(|text| {
                let text = text.trim();
                (!text.is_empty()).then(|| text.parse().unwrap_or(-1))
            }),
        };
        let unit = here.key.get_untracked();
        async move {
            match set_limit(unit, input).await {
                Ok(()) => {
                    open.set(false);
                    changed.run(());
                }
                Err(refused) => error.set(Some(refused)),
            }
        }
    });
    let footer = move || {
        view! {
            <Button on_click=move |_| open.set(false)>{t!(i18n, common.cancel)}</Button>
            <Button kind=Kind::Primary busy=save.pending() on_click=move |_| { save.dispatch(()); }>
                {t!(i18n, common.save)}
            </Button>
        }
    };
    view! {
        <Dialog id="limit" open title=move || t_string!(i18n, sending.limit_add) footer>
            <Provider value=FieldErrors::new(error.into())>
                <div class="flex flex-col gap-4">
                    <FormError error />
                    <Field id="limit-domain" name="domain" label=move || t_string!(i18n, sending.limit_domain) required=true>
                        <TextInput bind=domain placeholder="gmail.com" autocomplete="off" />
                    </Field>
                    <Field id="limit-rate" name="max_per_second" label=move || t_string!(i18n, sending.max_per_second)>
                        <TextInput bind=per_second inputmode="decimal" autocomplete="off" />
                    </Field>
                    <Field name="max_connections" label=move || t_string!(i18n, sending.limit_connections)>
                        <TextInput bind=connections inputmode="numeric" autocomplete="off" />
                    </Field>
                </div>
            </Provider>
        </Dialog>
    }
    .into_any()
}
