//! What comes of a call: the message, whether the rules let it through, and the message in one's own inbox.

use super::filled::Filled;
use crate::approvals::message::Shown;
use crate::content::problem_text;
use crate::layout::use_here;
use crate::messages::words::reader;
use crate::triggered::api::{Tried, foresee_rules, send_test};
use crate::triggered::words::RuleTable;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use render::{Compiled, PlainLinks, Source};
use std::time::Duration;
use types::ApiError;
use types::access::Permission;
use types::definitions::Material;

/// How long after the last keystroke the rules are asked.
const PAUSE: Duration = Duration::from_millis(400);

/// What comes of it, rendered by the renderer that sends (law 9).
#[component]
pub(super) fn Outcome(filled: Filled, source: Option<Source>) -> impl IntoView {
    let i18n = use_i18n();
    let compiled: StoredValue<Option<Compiled>> = StoredValue::new(source.as_ref().and_then(|source| {
        let reader = reader(i18n);
        render::compile(source)
            .or_else(|_| render::compile(&source.unfinished(reader)))
            .ok()
    }));
    let outcome = Memo::new(move |_| {
        let person = filled.person();
        compiled.with_value(|compiled| Some(compiled.as_ref()?.render(&person, &PlainLinks)))
    });
    let shown = Memo::new(move |_| outcome.with(|it| it.as_ref()?.as_ref().ok().cloned()));
    let problem = move || {
        outcome.with(|it| {
            let problem = it.as_ref()?.as_ref().err()?;
            Some(problem_text(i18n.get_locale(), problem))
        })
    };
    view! {
        <section aria-label=move || t_string!(i18n, triggered.result) class="min-w-0 rounded-md border border-line bg-surface" data-testid="result">
            {move || problem().map(|text| view! { <div class="p-3"><Notice tone=Tone::Warning>{text}</Notice></div> })}
            <Shown shown />
        </section>
    }
    .into_any()
}

/// A test to the person who sits here.
#[component]
pub(super) fn TestToMe(filled: Filled, about: StoredValue<Material>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let toasts = use_toasts();
    let error = RwSignal::new(None::<ApiError>);
    if !here.may(Permission::EditCampaigns) {
        return ().into_any();
    }
    let send = Action::new(move |(): &()| {
        let (unit, (id, edition)) = (
            here.key.get_untracked(),
            about.with_value(|it| (it.id, it.edition)),
        );
        let tried = untrack(move || Tried {
            edition,
            attributes: filled.attributes(),
            sample: filled.sample().map(|it| it.id),
            language: filled.language(),
        });
        let me = here.me.with_untracked(|me| me.email.clone());
        async move {
            error.set(None);
            match send_test(unit, id, tried).await {
                Ok(()) => toasts.success(t_string!(i18n, triggered.test_sent, address = me).to_string()),
                Err(refusal) => error.set(Some(refusal)),
            }
        }
    });
    view! {
        <Card title=move || t_string!(i18n, triggered.test_title)>
            <div class="flex flex-col gap-3">
                <FormError error=error />
                <p class="text-[13px] text-muted">
                    {move || {
                        let me = here.me.with(|me| me.email.clone());
                        t_string!(i18n, triggered.test_text, address = me).to_string()
                    }}
                </p>
                <div>
                    <Button
                        icon=Icon::Send
                        busy=send.pending()
                        on_click=move |_| {
                            send.dispatch(());
                        }
                    >
                        {t!(i18n, triggered.test_send)}
                    </Button>
                </div>
            </div>
        </Card>
    }
    .into_any()
}

/// Which rules would hold this person back.
#[component]
pub(super) fn Rules(filled: Filled, about: StoredValue<Material>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    if !here.may(Permission::ReadContacts) {
        return ().into_any();
    }
    let settled = RwSignal::new(filled.typed.get_untracked());
    let wait = StoredValue::new(None::<TimeoutHandle>);
    Effect::new(move |first: Option<()>| {
        let email = filled.email();
        if first.is_none() {
            return;
        }
        if let Some(handle) = wait.get_value() {
            handle.clear();
        }
        let settle = move || {
            settled.try_set(email);
        };
        wait.set_value(set_timeout_with_handle(settle, PAUSE).ok());
    });
    let found = Resource::new(
        move || (here.key.get(), settled.get()),
        move |(unit, email)| {
            let (id, edition) = about.with_value(|it| (it.id, it.edition));
            foresee_rules(unit, id, edition, email)
        },
    );
    view! {
        <Card title=move || t_string!(i18n, triggered.rules) flush=true>
            <Transition fallback=|| view! { <SkeletonRows rows=4 /> }>
                {move || {
                    found
                        .get()
                        .map(|answer| match answer {
                            Ok(Some(rules)) => view! { <RuleTable rules past=false /> }.into_any(),
                            Ok(None) => view! { <p class="p-4 text-muted">{t!(i18n, triggered.rules_unknown)}</p> }.into_any(),
                            Err(error) => {
                                view! { <p class="p-4 text-muted">{error_text(i18n.get_locale(), &error)}</p> }.into_any()
                            }
                        })
                }}
            </Transition>
        </Card>
    }
    .into_any()
}
