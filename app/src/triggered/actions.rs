//! What can be done to a definition; what touches other systems is asked first, and says what it means for their calls.

use super::api::{Deed, do_deed};
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use leptos::task::spawn_local;
use types::access::Permission;
use types::campaigns::CampaignState;
use types::messages::Definition;
use types::{ApiError, CampaignId};

#[component]
pub(super) fn Actions(definition: Definition, reload: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let toasts = use_toasts();
    let (id, state, live) = (definition.id, definition.state, definition.live.is_some());
    let (active, archived) = (definition.is_active, definition.archived_at.is_some());
    let (edits, controls) = (
        here.may(Permission::EditCampaigns),
        here.may(Permission::ControlSending),
    );
    let run = move |deed: Deed| {
        let unit = here.key.get_untracked();
        spawn_local(async move {
            if let Err(error) = do_deed(unit, id, deed).await {
                toasts.error(i18n.get_locale_untracked(), &error);
            }
            reload.run(());
        });
    };
    let archive = Callback::new(move |()| {
        let undo = Callback::new(move |()| run(Deed::Restore));
        toasts.undoable(
            t_string!(i18n, campaigns.archived_done),
            t_string!(i18n, common.undo),
            undo,
        );
        reload.run(());
    });
    let [pausing, withdrawing, archiving] = [(); 3].map(|()| RwSignal::new(false));
    let in_review = state == CampaignState::InReview;
    let edit = here.href(&format!("/messages/definitions/{id}/edit"));
    let edition = if live { "live" } else { "draft" };
    let attempt = here.href(&format!("/messages/playground?definition={id}&edition={edition}"));
    view! {
        <div class="flex flex-wrap items-center gap-2">
            {(edits && !archived && !in_review)
                .then(|| view! { <LinkButton href=edit kind=Kind::Primary icon=Icon::Edit>{t!(i18n, campaigns.edit)}</LinkButton> })}
            <LinkButton href=attempt icon=Icon::Sparkles>{t!(i18n, triggered.try_it)}</LinkButton>
            {(edits && in_review)
                .then(|| view! { <Button icon=Icon::Undo on_click=move |_| withdrawing.set(true)>{t!(i18n, campaigns.withdraw)}</Button> })}
            {(controls && !archived && live && active)
                .then(|| view! { <Button icon=Icon::Pause on_click=move |_| pausing.set(true)>{t!(i18n, campaigns.pause)}</Button> })}
            {(controls && !archived && !active)
                .then(|| {
                    view! {
                        <Button kind=Kind::Primary icon=Icon::Play on_click=move |_| run(Deed::Resume)>
                            {t!(i18n, campaigns.resume)}
                        </Button>
                    }
                })}
            {(edits && !archived)
                .then(|| {
                    view! {
                        <Button kind=Kind::Quiet icon=Icon::Delete on_click=move |_| archiving.set(true)>
                            {t!(i18n, campaigns.put_away)}
                        </Button>
                    }
                })}
            {(edits && archived)
                .then(|| view! { <Button icon=Icon::Undo on_click=move |_| run(Deed::Restore)>{t!(i18n, campaigns.restore)}</Button> })}
        </div>
        <Ask
            id
            deed=Deed::Pause
            open=pausing
            title=move || t_string!(i18n, triggered.pause_title)
            text=move || t_string!(i18n, triggered.pause_text)
            confirm=move || t_string!(i18n, campaigns.pause)
            then=reload
        />
        <Ask
            id
            deed=Deed::Withdraw
            open=withdrawing
            title=move || t_string!(i18n, triggered.withdraw_title)
            text=move || {
                if live { t_string!(i18n, triggered.withdraw_text_live) } else { t_string!(i18n, campaigns.withdraw_text) }
            }
            confirm=move || t_string!(i18n, campaigns.withdraw)
            then=reload
        />
        <Ask
            id
            deed=Deed::Archive
            open=archiving
            title=move || t_string!(i18n, triggered.archive_title)
            text=move || if live { t_string!(i18n, triggered.archive_text_live) } else { t_string!(i18n, triggered.archive_text) }
            confirm=move || t_string!(i18n, campaigns.put_away)
            then=archive
        />
    }
    .into_any()
}

/// Asks, then does it.
#[component]
fn Ask(
    id: CampaignId,
    deed: Deed,
    open: RwSignal<bool>,
    #[prop(into)] title: TextProp,
    #[prop(into)] text: TextProp,
    #[prop(into)] confirm: TextProp,
    then: Callback<()>,
) -> impl IntoView {
    let here = use_here();
    let error = RwSignal::new(None::<ApiError>);
    let act = Action::new(move |(): &()| {
        let unit = here.key.get_untracked();
        async move {
            match do_deed(unit, id, deed).await {
                Ok(()) => {
                    open.set(false);
                    then.run(());
                }
                Err(refusal) => error.set(Some(refusal)),
            }
        }
    });
    let key = match deed {
        Deed::Pause => "pause",
        Deed::Withdraw => "withdraw",
        _ => "archive",
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
