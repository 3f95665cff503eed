//! What can be done to a message in its present state; what cannot be taken back is asked first, with numbers.

use super::api::{Deed, do_deed, duplicate_campaign, follow_campaign};
use super::words::{people_text, reader};
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_navigate;
use types::ApiError;
use types::access::Permission;
use types::campaigns::{CampaignDetail, CampaignState};

#[component]
pub(super) fn Actions(campaign: CampaignDetail, reload: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let toasts = use_toasts();
    let navigate = StoredValue::new(use_navigate());
    let (id, state, archived) = (campaign.id, campaign.state, campaign.archived_at.is_some());
    let run = move |deed: Deed| {
        let unit = here.key.get_untracked();
        spawn_local(async move {
            if let Err(error) = do_deed(unit, id, deed).await {
                toasts.error(i18n.get_locale_untracked(), &error);
            }
            reload.run(());
        });
    };
    let archive = move || {
        let unit = here.key.get_untracked();
        spawn_local(async move {
            match do_deed(unit, id, Deed::Archive).await {
                Ok(()) => {
                    let undo = Callback::new(move |()| run(Deed::Restore));
                    toasts.undoable(
                        t_string!(i18n, campaigns.archived_done),
                        t_string!(i18n, common.undo),
                        undo,
                    );
                    reload.run(());
                }
                Err(error) => toasts.error(i18n.get_locale_untracked(), &error),
            }
        });
    };
    let duplicate = move || {
        let unit = here.key.get_untracked();
        let language = reader(i18n);
        spawn_local(async move {
            match duplicate_campaign(unit.clone(), id, language).await {
                Ok(copy) => {
                    navigate
                        .with_value(|go| go(&format!("/c/{unit}/messages/{copy}/edit"), Default::default()));
                }
                Err(error) => toasts.error(i18n.get_locale_untracked(), &error),
            }
        });
    };
    let edits = here.may(Permission::EditCampaigns);
    let controls = here.may(Permission::ControlSending);
    let cancelling = RwSignal::new(false);
    let withdrawing = RwSignal::new(false);
    let deleting = RwSignal::new(false);
    let at_rest = matches!(
        state,
        CampaignState::Draft | CampaignState::Finished | CampaignState::Cancelled
    );
    let edit = here.href(&format!("/messages/{id}/edit"));
    let editable = matches!(
        state,
        CampaignState::Draft | CampaignState::Approved | CampaignState::Scheduled
    );
    let withdrawable = matches!(
        state,
        CampaignState::InReview | CampaignState::Approved | CampaignState::Scheduled
    );
    let cancellable = matches!(
        state,
        CampaignState::Approved | CampaignState::Scheduled | CampaignState::Sending | CampaignState::Paused
    );
    let never_submitted = state == CampaignState::Draft && campaign.revision.is_none();
    view! {
        <div class="flex flex-wrap items-center gap-2">
            {(edits && editable && !archived)
                .then(|| {
                    let kind = if state == CampaignState::Draft { Kind::Primary } else { Kind::Secondary };
                    view! { <LinkButton href=edit kind icon=Icon::Edit>{t!(i18n, campaigns.edit)}</LinkButton> }
                })}
            {(edits && withdrawable)
                .then(|| {
                    view! {
                        <Button icon=Icon::Undo on_click=move |_| withdrawing.set(true)>{t!(i18n, campaigns.withdraw)}</Button>
                    }
                })}
            {(controls && state == CampaignState::Sending)
                .then(|| {
                    view! {
                        <Button icon=Icon::Pause on_click=move |_| run(Deed::Pause)>{t!(i18n, campaigns.pause)}</Button>
                    }
                })}
            {(controls && state == CampaignState::Paused)
                .then(|| {
                    view! {
                        <Button kind=Kind::Primary icon=Icon::Play on_click=move |_| run(Deed::Resume)>
                            {t!(i18n, campaigns.resume)}
                        </Button>
                    }
                })}
            {(controls && cancellable)
                .then(|| {
                    view! {
                        <Button kind=Kind::Danger icon=Icon::Stop on_click=move |_| cancelling.set(true)>
                            {t!(i18n, campaigns.cancel_sending)}
                        </Button>
                    }
                })}
            {edits
                .then(|| {
                    view! {
                        <Button icon=Icon::Copy on_click=move |_| duplicate()>{t!(i18n, campaigns.duplicate)}</Button>
                    }
                })}
            {(edits && at_rest && !archived)
                .then(|| {
                    view! {
                        <Button kind=Kind::Quiet icon=Icon::Delete on_click=move |_| archive()>
                            {t!(i18n, campaigns.put_away)}
                        </Button>
                    }
                })}
            {(edits && archived)
                .then(|| {
                    view! {
                        <Button icon=Icon::Undo on_click=move |_| run(Deed::Restore)>{t!(i18n, campaigns.restore)}</Button>
                    }
                })}
            {(edits && archived && never_submitted)
                .then(|| {
                    view! {
                        <Button kind=Kind::Danger icon=Icon::Delete on_click=move |_| deleting.set(true)>
                            {t!(i18n, campaigns.delete)}
                        </Button>
                    }
                })}
        </div>
        <Cancel campaign=campaign.clone() open=cancelling reload />
        <Ask
            campaign=campaign.clone()
            open=withdrawing
            deed=Deed::Withdraw
            title=move || t_string!(i18n, campaigns.withdraw_title)
            text=move || {
                if state == CampaignState::InReview {
                    t_string!(i18n, campaigns.withdraw_text)
                } else {
                    t_string!(i18n, campaigns.withdraw_approved_text)
                }
            }
            confirm=move || t_string!(i18n, campaigns.withdraw)
            reload
        />
        <Ask
            campaign
            open=deleting
            deed=Deed::Delete
            title=move || t_string!(i18n, campaigns.delete_title)
            text=move || t_string!(i18n, campaigns.delete_text)
            confirm=move || t_string!(i18n, campaigns.delete)
            reload=Callback::new(move |()| {
                let target = here.href("/messages");
                navigate.with_value(|go| go(&target, Default::default()));
            })
        />
    }
    .into_any()
}

/// Asks, then does it.
#[component]
fn Ask(
    campaign: CampaignDetail,
    open: RwSignal<bool>,
    deed: Deed,
    #[prop(into)] title: TextProp,
    #[prop(into)] text: TextProp,
    #[prop(into)] confirm: TextProp,
    reload: Callback<()>,
) -> impl IntoView {
    let here = use_here();
    let error = RwSignal::new(None::<ApiError>);
    let id = campaign.id;
    let act = Action::new(move |(): &()| {
        let unit = here.key.get_untracked();
        async move {
            match do_deed(unit, id, deed).await {
                Ok(()) => {
                    open.set(false);
                    reload.run(());
                }
                Err(refusal) => error.set(Some(refusal)),
            }
        }
    });
    let key = match deed {
        Deed::Delete => "delete",
        Deed::Cancel => "cancel",
        _ => "withdraw",
    };
    view! {
        <ConfirmDialog
            id=format!("ask-{key}")
            open
            title
            text
            confirm
            busy=act.pending()
            error=error
            on_confirm=Callback::new(move |()| {
                error.set(None);
                act.dispatch(());
            })
        />
    }
    .into_any()
}

/// Says exactly how many have the message already and how many will not get it, as of this moment.
#[component]
fn Cancel(campaign: CampaignDetail, open: RwSignal<bool>, reload: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let id = campaign.id;
    let planned = campaign.revision.as_ref().map_or(0, |it| it.audience_count);
    let numbers = RwSignal::new(None::<(i64, i64)>);
    Effect::new(move |_| {
        if !open.get() {
            return;
        }
        let unit = here.key.get_untracked();
        spawn_local(async move {
            if let Ok(progress) = follow_campaign(unit, id).await {
                let begun = progress.started_at.is_some();
                let open = if begun {
                    progress.audience - progress.done()
                } else {
                    planned
                };
                numbers.try_set(Some((progress.sent, open)));
            }
        });
    });
    let text = move || match numbers.get() {
        Some((sent, open)) => {
            let (got, rest) = (people_text(i18n, sent), people_text(i18n, open));
            t_string!(i18n, campaigns.cancel_text_counts, got = got, rest = rest).to_string()
        }
        None => t_string!(i18n, campaigns.cancel_text).to_string(),
    };
    view! {
        <Ask
            campaign
            open
            deed=Deed::Cancel
            title=move || t_string!(i18n, campaigns.cancel_title)
            text=text
            confirm=move || t_string!(i18n, campaigns.cancel_sending)
            reload
        />
    }
    .into_any()
}
