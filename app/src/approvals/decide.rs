//! Approve, or reject with the reason.

use super::api::{approve_review, reject_review};
use super::list::review_text;
use crate::layout::use_here;
use crate::messages::words::people_text;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::context::Provider;
use leptos::prelude::*;
use types::ApiError;
use types::access::Permission;
use types::approvals::{ReviewDetail, ReviewState};
use types::campaigns::{CampaignState, Schedule};

#[component]
pub(super) fn Decide(review: ReviewDetail, reload: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    if review.state != ReviewState::Waiting {
        return view! { <Decided review /> }.into_any();
    }
    if review.seal_broken {
        return view! { <Notice tone=Tone::Danger>{t!(i18n, campaigns.seal_broken_text)}</Notice> }
            .into_any();
    }
    if review.own_work {
        return view! {
            <Notice tone=Tone::Warning title=move || t_string!(i18n, campaigns.own_work_title)>
                {t!(i18n, campaigns.own_work_text)}
            </Notice>
        }
        .into_any();
    }
    if !here.may(Permission::ApproveCampaigns) {
        return view! { <Notice>{t!(i18n, campaigns.not_an_approver)}</Notice> }.into_any();
    }
    view! { <Form review reload /> }.into_any()
}

#[component]
fn Decided(review: ReviewDetail) -> impl IntoView {
    let i18n = use_i18n();
    let state = review.state;
    let comment = review.comment.clone();
    view! {
        <p class="font-medium">{move || review_text(i18n, state)}</p>
        <p class="text-[13px] text-muted">
            {review.decided_by.clone()} {review.decided_at.map(|at| view! { ", " <Moment at /> })}
        </p>
        {(!comment.is_empty()).then(|| view! { <p class="mt-2 whitespace-pre-line">{comment}</p> })}
    }
    .into_any()
}

#[component]
fn Form(review: ReviewDetail, reload: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let toasts = use_toasts();
    let comment = RwSignal::new(String::new());
    let error = RwSignal::new(None::<ApiError>);
    let asking = RwSignal::new(false);
    let definition = review.definition.is_some();
    let (id, seal) = (review.id, StoredValue::new(review.revision.seal.clone()));
    let approve = Action::new(move |(): &()| {
        let (unit, seal, comment) = (
            here.key.get_untracked(),
            seal.get_value(),
            comment.get_untracked(),
        );
        async move {
            match approve_review(unit, id, seal, comment).await {
                Ok(CampaignState::Approved) if !definition => {
                    toasts.info(t_string!(i18n, campaigns.approved_late));
                }
                Ok(_) if definition => toasts.success(t_string!(i18n, triggered.approved_done)),
                Ok(_) => toasts.success(t_string!(i18n, campaigns.approved_done)),
                Err(refusal) => {
                    error.set(Some(refusal));
                    asking.set(false);
                    return;
                }
            }
            asking.set(false);
            reload.run(());
        }
    });
    let reject = Action::new(move |(): &()| {
        let (unit, comment) = (here.key.get_untracked(), comment.get_untracked());
        async move {
            match reject_review(unit, id, comment).await {
                Ok(()) => {
                    toasts.success(t_string!(i18n, campaigns.rejected_done));
                    reload.run(());
                }
                Err(refusal) => error.set(Some(refusal)),
            }
        }
    });
    let recipients = review.counts.recipients;
    let schedule = review.schedule.clone();
    let replaces = review.definition.as_ref().and_then(|it| it.live);
    let text = move || {
        if definition {
            return match replaces {
                Some(number) => t_string!(i18n, triggered.approve_text_replaces, number = number).to_string(),
                None => t_string!(i18n, triggered.approve_text_first).to_string(),
            };
        }
        let people = people_text(i18n, recipients);
        match &schedule {
            Schedule::Now => t_string!(i18n, campaigns.approve_text_now, people = people).to_string(),
            Schedule::At { at, .. } => {
                let time = format_time(i18n.get_locale(), *at, &zone_name(), TimeStyle::DateTimeZone);
                t_string!(i18n, campaigns.approve_text_at, people = people, time = time).to_string()
            }
        }
    };
    view! {
        <Provider value=FieldErrors::new(error.into())>
            <div class="flex flex-col gap-4">
                <FormError error=error />
                <Field
                    name="comment"
                    label=move || t_string!(i18n, campaigns.comment)
                    hint=move || t_string!(i18n, campaigns.comment_hint)
                >
                    <TextArea bind=comment rows=3 maxlength=2000 />
                </Field>
                <div class="flex flex-wrap gap-2">
                    <Button
                        kind=Kind::Primary
                        icon=Icon::Check
                        on_click=move |_| {
                            error.set(None);
                            asking.set(true);
                        }
                    >
                        {t!(i18n, campaigns.approve)}
                    </Button>
                    <Button
                        icon=Icon::Undo
                        busy=reject.pending()
                        on_click=move |_| {
                            error.set(None);
                            reject.dispatch(());
                        }
                    >
                        {t!(i18n, campaigns.reject)}
                    </Button>
                </div>
            </div>
        </Provider>
        <ConfirmDialog
            id="approve"
            open=asking
            title=move || {
                if definition { t_string!(i18n, triggered.approve_title) } else { t_string!(i18n, campaigns.approve_title) }
            }
            text=text
            confirm=move || t_string!(i18n, campaigns.approve)
            harmless=true
            busy=approve.pending()
            on_confirm=Callback::new(move |()| {
                approve.dispatch(());
            })
        />
    }
    .into_any()
}
