//! Whether everything is saved, and what to do when it is not.

use super::draft::{Editing, Saving};
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;

/// A word beside the name; a conflict is told in a box with two ways out.
#[component]
pub(super) fn SaveState(reload: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let editing = expect_context::<Editing>();
    let word = move || match editing.state.get() {
        Saving::Saved => t_string!(i18n, campaigns.saved),
        Saving::Changed | Saving::UnderWay => t_string!(i18n, campaigns.saving),
        Saving::Conflict(_) | Saving::Failed(_) => t_string!(i18n, campaigns.not_saved),
    };
    let tone = move || match editing.state.get() {
        Saving::Saved => "text-muted",
        Saving::Changed | Saving::UnderWay => "text-muted",
        Saving::Conflict(_) | Saving::Failed(_) => "text-danger",
    };
    let overwrite = move |_| editing.overwrite();
    view! {
        <p role="status" data-testid="save-state" class=move || format!("pb-2 text-[13px] {}", tone())>
            {word}
        </p>
        {move || match editing.state.get() {
            Saving::Conflict(error) => {
                let editor = error.params.get("editor").cloned().unwrap_or_default();
                view! {
                    <div class="w-full">
                        <Notice tone=Tone::Warning title=move || t_string!(i18n, campaigns.conflict_title)>
                            <p>{t!(i18n, campaigns.conflict_text, editor = editor.clone())}</p>
                            <div class="mt-3 flex flex-wrap gap-2">
                                <Button on_click=move |_| reload.run(())>{t!(i18n, campaigns.conflict_load)}</Button>
                                <Button kind=Kind::Danger on_click=overwrite>{t!(i18n, campaigns.conflict_overwrite)}</Button>
                            </div>
                        </Notice>
                    </div>
                }
                    .into_any()
            }
            Saving::Failed(_) => {
                view! {
                    <Button size=Size::Small on_click=move |_| editing.retry()>
                        {t!(i18n, common.retry)}
                    </Button>
                }
                    .into_any()
            }
            _ => ().into_any(),
        }}
    }
    .into_any()
}
