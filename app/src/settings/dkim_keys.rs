//! A sender domain's keys: making one, and what can be done with each.

use super::sending_api::{activate_key, make_key, remove_key, retire_key};
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use types::sending::{DkimKey, DkimKind, DkimState, SenderDomain};
use types::{ApiError, SenderDomainId};

/// What is asked before it is done to a key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    Activate,
    Retire,
    Remove,
}

/// Which question is open, about which key.
#[derive(Clone, Copy)]
struct Acts {
    act: RwSignal<Act>,
    key: RwSignal<Option<DkimKey>>,
    open: RwSignal<bool>,
}

impl Acts {
    fn ask(self, act: Act, key: DkimKey) {
        self.act.set(act);
        self.key.set(Some(key));
        self.open.set(true);
    }
}

/// The keys, with the button that makes one.
#[component]
pub(super) fn Keys(domain: SenderDomain, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let id = domain.id;
    let making = RwSignal::new(false);
    let acts = Acts {
        act: RwSignal::new(Act::Activate),
        key: RwSignal::new(None),
        open: RwSignal::new(false),
    };
    let actions = move || {
        view! {
            <Button icon=Icon::Plus on_click=move |_| making.set(true)>{t!(i18n, sending.key_make)}</Button>
        }
    };
    let shown = if domain.keys.is_empty() {
        view! { <p class="p-4 text-sm text-muted">{t!(i18n, sending.keys_empty)}</p> }.into_any()
    } else {
        view! {
            <ul class="m-0 list-none p-0">
                {domain.keys.into_iter().map(|key| view! { <Key key_=key acts /> }).collect_view()}
            </ul>
        }
        .into_any()
    };
    view! {
        <Section title=move || t_string!(i18n, sending.keys) text=move || t_string!(i18n, sending.keys_text) actions>
            <Card flush=true>{shown}</Card>
        </Section>
        <MakeDialog id open=making changed />
        <Question id acts changed />
    }
    .into_any()
}

#[component]
fn Key(key_: DkimKey, acts: Acts) -> impl IntoView {
    let i18n = use_i18n();
    let key = key_;
    let (state, kind) = (key.state, key.kind);
    let tone = match state {
        DkimState::Waiting => Tone::Warning,
        DkimState::Active => Tone::Success,
        DkimState::Retired => Tone::Neutral,
    };
    let removable = key.removable_at.map(|at| {
        view! {
            <p class="mt-1 text-[13px] text-muted">
                {t!(i18n, sending.key_removable)} " " <Moment at style=TimeStyle::Date />
            </p>
        }
    });
    let selector = key.selector.clone();
    let stored = StoredValue::new(key);
    let button = move |act: Act, quiet: bool| {
        let about = stored.with_value(|key| key.selector.clone());
        let kind = if quiet { Kind::Quiet } else { Kind::Secondary };
        view! {
            <Button size=Size::Small kind on_click=move |_| acts.ask(act, stored.get_value())>
                {move || match act {
                    Act::Activate => t_string!(i18n, sending.key_activate),
                    Act::Retire => t_string!(i18n, sending.key_retire),
                    Act::Remove => t_string!(i18n, sending.key_remove),
                }}
                <span class="sr-only">{about}</span>
            </Button>
        }
    };
    let buttons = match state {
        DkimState::Waiting => vec![button(Act::Activate, false), button(Act::Remove, true)],
        DkimState::Active => vec![button(Act::Retire, true)],
        DkimState::Retired => vec![button(Act::Remove, true)],
    };
    view! {
        <li class="flex flex-wrap items-start justify-between gap-3 border-t border-line p-4 first:border-t-0">
            <div class="min-w-0">
                <p class="flex flex-wrap items-center gap-2">
                    <span class="font-mono text-[13px] font-medium break-all">{selector}</span>
                    <Badge tone text=move || match state {
                        DkimState::Waiting => t_string!(i18n, sending.key_waiting),
                        DkimState::Active => t_string!(i18n, sending.key_active),
                        DkimState::Retired => t_string!(i18n, sending.key_retired),
                    } />
                </p>
                <p class="mt-1 text-[13px] text-muted">
                    {move || match kind {
                        DkimKind::Rsa2048 => t_string!(i18n, sending.kind_rsa2048),
                        DkimKind::Ed25519 => t_string!(i18n, sending.kind_ed25519),
                    }}
                </p>
                {removable}
            </div>
            <span class="relative flex flex-wrap gap-2">{buttons}</span>
        </li>
    }
    .into_any()
}

#[component]
fn MakeDialog(id: SenderDomainId, open: RwSignal<bool>, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let kind = RwSignal::new(DkimKind::Rsa2048.as_str().to_owned());
    let error = RwSignal::new(None::<ApiError>);
    Effect::new(move |_| {
        if open.get() {
            error.set(None);
        }
    });
    let make = Action::new(move |(): &()| {
        let unit = here.key.get_untracked();
        let kind = kind.with_untracked(|kind| kind.parse().unwrap_or(DkimKind::Rsa2048));
        async move {
            match make_key(unit, id, kind).await {
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
            <Button kind=Kind::Primary busy=make.pending() on_click=move |_| { make.dispatch(()); }>
                {t!(i18n, sending.key_make)}
            </Button>
        }
    };
    let choices = move || {
        vec![
            Choice::new("rsa2048", move || t_string!(i18n, sending.kind_rsa2048))
                .hint(move || t_string!(i18n, sending.kind_rsa2048_hint)),
            Choice::new("ed25519", move || t_string!(i18n, sending.kind_ed25519))
                .hint(move || t_string!(i18n, sending.kind_ed25519_hint)),
        ]
    };
    view! {
        <Dialog id="key-make" open title=move || t_string!(i18n, sending.key_make) footer>
            <div class="flex flex-col gap-4">
                <FormError error />
                <p class="text-sm text-muted">{t!(i18n, sending.key_make_text)}</p>
                <RadioGroup name="kind" legend=move || t_string!(i18n, sending.key_kind) choices=choices() bind=kind boxed=true />
            </div>
        </Dialog>
    }
    .into_any()
}

/// The question before a key is activated by hand, retired or destroyed.
#[component]
fn Question(id: SenderDomainId, acts: Acts, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let error = RwSignal::new(None::<ApiError>);
    Effect::new(move |_| {
        if acts.open.get() {
            error.set(None);
        }
    });
    let go = Action::new(move |(): &()| {
        let unit = here.key.get_untracked();
        let key = acts.key.with_untracked(|key| key.as_ref().map(|key| key.id));
        let act = acts.act.get_untracked();
        async move {
            let Some(key) = key else { return };
            let done = match act {
                Act::Activate => activate_key(unit, id, key).await,
                Act::Retire => retire_key(unit, id, key).await,
                Act::Remove => remove_key(unit, id, key).await,
            };
            match done {
                Ok(()) => {
                    acts.open.set(false);
                    changed.run(());
                }
                Err(refused) => error.set(Some(refused)),
            }
        }
    });
    let selector = move || {
        acts.key
            .with(|key| key.as_ref().map(|key| key.selector.clone()).unwrap_or_default())
    };
    view! {
        <ConfirmDialog
            id="key-act"
            open=acts.open
            title=move || match acts.act.get() {
                Act::Activate => t_string!(i18n, sending.key_activate_title, selector = selector()).to_string(),
                Act::Retire => t_string!(i18n, sending.key_retire_title, selector = selector()).to_string(),
                Act::Remove => t_string!(i18n, sending.key_remove_title, selector = selector()).to_string(),
            }
            text=move || match acts.act.get() {
                Act::Activate => t_string!(i18n, sending.key_activate_text),
                Act::Retire => t_string!(i18n, sending.key_retire_text),
                Act::Remove => t_string!(i18n, sending.key_remove_text),
            }
            confirm=move || match acts.act.get() {
                Act::Activate => t_string!(i18n, sending.key_activate),
                Act::Retire => t_string!(i18n, sending.key_retire),
                Act::Remove => t_string!(i18n, sending.key_remove),
            }
            on_confirm=Callback::new(move |()| { go.dispatch(()); })
            busy=go.pending()
            error
        />
    }
    .into_any()
}
