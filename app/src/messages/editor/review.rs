//! Step four: checks, a test, and asking for approval.

use super::draft::Editing;
use super::review_checks::Checks;
use super::test_send::TestSend;
use crate::layout::use_here;
use crate::messages::api::{check_campaign, submit_campaign};
use crate::messages::counts::Counts;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use types::ApiError;

#[component]
pub(super) fn ReviewStep() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let editing = expect_context::<Editing>();
    let id = editing.id;
    // Checked when everything is saved, and again after every save.
    let checks = Resource::new(
        move || (here.key.get(), editing.is_saved()),
        move |(unit, saved)| async move {
            if saved {
                check_campaign(unit, id).await.map(Some)
            } else {
                Ok(None)
            }
        },
    );
    // By an effect, so that the first rendering is the same on server and client.
    let blocked = RwSignal::new(true);
    Effect::new(move |_| {
        blocked.set(match checks.get() {
            Some(Ok(Some(answer))) => answer.blocked,
            _ => true,
        });
    });
    view! {
        <div class="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_20rem]">
            <div class="flex min-w-0 flex-col gap-6">
                <Card title=move || t_string!(i18n, campaigns.checks)>
                    <Transition fallback=|| view! { <SkeletonRows rows=3 /> }>
                        {move || {
                            checks
                                .get()
                                .map(|answer| match answer {
                                    Ok(Some(answer)) => view! { <Checks answer /> }.into_any(),
                                    Ok(None) => view! { <SkeletonRows rows=3 /> }.into_any(),
                                    Err(error) => {
                                        view! { <Notice tone=Tone::Danger>{error_text(i18n.get_locale(), &error)}</Notice> }
                                            .into_any()
                                    }
                                })
                        }}
                    </Transition>
                </Card>
                {if editing.definition {
                    let href = here.href(&format!("/messages/playground?definition={id}&edition=draft"));
                    view! {
                        <Card title=move || t_string!(i18n, triggered.try_title)>
                            <p class="mb-3 max-w-prose text-muted">{t!(i18n, triggered.try_text)}</p>
                            <LinkButton href icon=Icon::Play>{t!(i18n, triggered.try_it)}</LinkButton>
                        </Card>
                    }
                        .into_any()
                } else {
                    view! {
                        <Card title=move || t_string!(i18n, campaigns.test_title)>
                            <TestSend />
                        </Card>
                    }
                        .into_any()
                }}
                <Card title=move || t_string!(i18n, campaigns.submit_title)>
                    <Submit blocked />
                </Card>
            </div>
            {(!editing.definition).then(|| view! { <aside aria-label=move || t_string!(i18n, campaigns.who_gets_it)>
                <Card title=move || t_string!(i18n, campaigns.who_gets_it)>
                    <Transition fallback=|| view! { <Skeleton /> }>
                        {move || {
                            checks
                                .get()
                                .and_then(Result::ok)
                                .flatten()
                                .map(|answer| view! { <Counts counts=answer.counts /> })
                        }}
                    </Transition>
                </Card>
            </aside> })}
        </div>
    }
    .into_any()
}

/// A note to the approvers, and off it goes.
#[component]
fn Submit(blocked: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let editing = expect_context::<Editing>();
    let toasts = use_toasts();
    let note = RwSignal::new(String::new());
    let error = RwSignal::new(None::<ApiError>);
    let navigate = StoredValue::new(use_navigate());
    let submit = Action::new(move |(): &()| {
        let (unit, note, id) = (here.key.get_untracked(), note.get_untracked(), editing.id);
        async move {
            error.set(None);
            match submit_campaign(unit.clone(), id, note).await {
                Ok(_) => {
                    toasts.success(t_string!(i18n, campaigns.submitted));
                    let target = format!("/c/{unit}{}", editing.page());
                    navigate.with_value(|navigate| navigate(&target, Default::default()));
                }
                Err(refusal) => error.set(Some(refusal)),
            }
        }
    });
    let disabled = Signal::derive(move || blocked.get() || !editing.is_saved());
    view! {
        <form
            class="flex flex-col gap-4"
            on:submit=move |event| {
                event.prevent_default();
                submit.dispatch(());
            }
        >
            <p class="text-[13px] text-muted">
                {move || {
                    if editing.definition { t_string!(i18n, triggered.submit_text) } else { t_string!(i18n, campaigns.submit_text) }
                }}
            </p>
            <FormError error=error />
            <Field name="note" label=move || t_string!(i18n, campaigns.note)>
                <TextArea bind=note rows=3 maxlength=2000 />
            </Field>
            <div class="flex items-center gap-3">
                <Button kind=Kind::Primary r#type="submit" icon=Icon::Approvals busy=submit.pending() disabled>
                    {t!(i18n, campaigns.submit)}
                </Button>
                <span class="text-[13px] text-muted">
                    {move || blocked.get().then(|| t_string!(i18n, campaigns.blocked))}
                </span>
            </div>
        </form>
    }
    .into_any()
}
