//! The draft of a definition in the same editor as a campaign's, with a step for what calls give.

use super::api::open_definition;
use super::parameters::ParametersStep;
use crate::layout::use_here;
use crate::messages::api::EditorData;
use crate::messages::editor::DraftEditor;
use crate::messages::use_campaign_id;
use crate::ui::*;
use i18n::{t_string, use_i18n};
use leptos::prelude::*;
use types::Code;

/// `/c/:unit/messages/definitions/:id/edit?step=…`
#[component]
pub(super) fn Edit() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let id = use_campaign_id();
    let zone = zone_name();
    let data = Resource::new(
        move || (here.key.get(), id.get()),
        move |(unit, id)| {
            let zone = zone.clone();
            async move {
                match id {
                    Some(id) => open_definition(unit, id, zone).await,
                    None => Err(Code::NotFound.into()),
                }
            }
        },
    );
    let reload = Callback::new(move |()| data.refetch());
    view! {
        <Suspense fallback=|| view! { <SkeletonRows rows=8 /> }>
            {move || {
                data.get()
                    .map(|answer| match answer {
                        Ok(data) => view! { <Loaded data reload /> }.into_any(),
                        Err(error) => {
                            view! {
                                <Title text=move || t_string!(i18n, triggered.tab_definitions).to_string() />
                                <Notice tone=Tone::Danger>{error_text(i18n.get_locale(), &error)}</Notice>
                            }
                                .into_any()
                        }
                    })
            }}
        </Suspense>
    }
    .into_any()
}

#[component]
fn Loaded(data: EditorData, reload: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let (name, id) = (data.draft.name.clone(), data.draft.id);
    let title = name.clone();
    let shown = StoredValue::new(data.clone());
    view! {
        <Title text=title />
        <Breadcrumb crumbs=vec![
            Crumb::new(move || t_string!(i18n, triggered.tab_definitions), here.href("/messages/definitions")),
            Crumb::new(move || name.clone(), here.href(&format!("/messages/definitions/{id}"))),
            Crumb::here(move || t_string!(i18n, campaigns.edit)),
        ] />
        <DraftEditor data reload parameters=move || view! { <ParametersStep data=shown /> } />
    }
    .into_any()
}
