//! The editor of a draft: four steps, saved by itself, conflicts told.

mod audience;
mod content;
mod draft;
mod review;
mod review_checks;
mod saved;
mod sender;
mod test_send;

pub(crate) use self::content::variables;
pub(crate) use self::draft::Editing;
use super::api::{EditorData, open_editor};
use super::use_campaign_id;
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::context::Provider;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use types::Code;
use types::campaigns::CampaignState;

/// The steps by their key in the address.
const STEPS: [&str; 4] = ["audience", "content", "sender", "review"];
/// Those of a message definition, which has no audience.
const DEFINITION_STEPS: [&str; 4] = ["content", "parameters", "sender", "review"];

/// `/c/:unit/messages/:id/edit?step=…`
#[component]
pub(super) fn Editor() -> impl IntoView {
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
                    Some(id) => open_editor(unit, id, zone).await,
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
                                <Title text=move || t_string!(i18n, campaigns.title).to_string() />
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
    let id = data.draft.id;
    let name = data.draft.name.clone();
    let title = name.clone();
    view! {
        <Title text=title />
        <Breadcrumb crumbs=vec![
            Crumb::new(move || t_string!(i18n, campaigns.title), here.href("/messages")),
            Crumb::new(move || name.clone(), here.href(&format!("/messages/{id}"))),
            Crumb::here(move || t_string!(i18n, campaigns.edit)),
        ] />
        <DraftEditor data reload />
    }
    .into_any()
}

/// The steps over a draft, where it may be edited.
#[component]
pub(crate) fn DraftEditor(
    data: EditorData,
    reload: Callback<()>,
    /// The step that only message definitions have.
    #[prop(optional, into)]
    parameters: Option<ViewFn>,
) -> impl IntoView {
    let here = use_here();
    let state = data.draft.state;
    let definition = data.draft.called.is_some();
    // What calls are answered with stays, whatever is drafted: editing a definition costs nothing.
    let rests = state == CampaignState::Draft || (definition && state == CampaignState::Approved);
    let editable = rests && !data.draft.archived;
    // Approved or scheduled: editing is possible, and costs the approval.
    let costly = !definition && matches!(state, CampaignState::Approved | CampaignState::Scheduled);
    let agreed = RwSignal::new(editable);
    let editing = Editing::new(&data, here.key.get_untracked());
    let shown = StoredValue::new(data);
    let parameters = StoredValue::new(parameters);
    let href = here.href(&editing.page());
    view! {
        <Show
            when=move || agreed.get()
            fallback=move || view! { <NotEditable costly agreed href=href.clone() /> }
        >
            <Provider value=editing>
                <Provider value=FieldErrors::new(editing.error())>
                    <Steps data=shown reload parameters />
                </Provider>
            </Provider>
        </Show>
    }
    .into_any()
}

/// Why it cannot be edited, or what editing costs.
#[component]
fn NotEditable(costly: bool, agreed: RwSignal<bool>, href: String) -> impl IntoView {
    let i18n = use_i18n();
    if costly {
        view! {
            <Notice tone=Tone::Warning title=move || t_string!(i18n, campaigns.approved_title)>
                <p>{t!(i18n, campaigns.editing_drops_approval)}</p>
                <div class="mt-3 flex gap-2">
                    <Button kind=Kind::Danger on_click=move |_| agreed.set(true)>
                        {t!(i18n, campaigns.edit_anyway)}
                    </Button>
                    <LinkButton href=href>{t!(i18n, common.cancel)}</LinkButton>
                </div>
            </Notice>
        }
        .into_any()
    } else {
        view! {
            <Notice tone=Tone::Info>
                <p>{t!(i18n, campaigns.not_editable)}</p>
                <p class="mt-3"><LinkButton href=href>{t!(i18n, campaigns.to_message)}</LinkButton></p>
            </Notice>
        }
        .into_any()
    }
}

#[component]
fn Steps(
    data: StoredValue<EditorData>,
    reload: Callback<()>,
    parameters: StoredValue<Option<ViewFn>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let editing = expect_context::<Editing>();
    let query = use_query_map();
    let keys = if editing.definition {
        DEFINITION_STEPS
    } else {
        STEPS
    };
    let step = Memo::new(move |_| {
        let wanted = query.with(|query| query.get("step").unwrap_or_default());
        keys.iter().position(|it| *it == wanted).unwrap_or(0)
    });
    let address = move |step: usize| here.href(&editing.step(keys[step]));
    let label = move |key: &str| match key {
        "audience" => t_string!(i18n, campaigns.step_audience),
        "content" => t_string!(i18n, campaigns.step_content),
        "parameters" => t_string!(i18n, triggered.parameters),
        "sender" if editing.definition => t_string!(i18n, triggered.step_sender),
        "sender" => t_string!(i18n, campaigns.step_sender),
        _ => t_string!(i18n, campaigns.step_review),
    };
    let summary = move |key: &str| match key {
        "audience" => audience::summary(i18n, editing, data),
        "content" => content::summary(i18n, editing),
        "parameters" => editing
            .parameters
            .with(|it| it.iter().map(|it| it.name.clone()).collect::<Vec<_>>().join(", ")),
        "sender" => sender::summary(i18n, editing, data),
        _ => String::new(),
    };
    let done = move |key: &str| match key {
        "audience" => audience::complete(editing),
        "content" => content::complete(editing),
        "parameters" => true,
        "sender" => sender::complete(editing),
        _ => false,
    };
    let steps = Signal::derive(move || {
        keys.iter()
            .enumerate()
            .map(|(at, key)| {
                let (label, summary) = (label(key), summary(key));
                Step {
                    label: label.into(),
                    summary: TextProp::from(move || summary.clone()),
                    href: address(at),
                    state: match (at == step.get(), done(key)) {
                        (true, _) => StepState::Current,
                        (false, true) => StepState::Done,
                        (false, false) => StepState::Open,
                    },
                }
            })
            .collect::<Vec<_>>()
    });
    let heading = move || label(keys[step.get()]);
    view! {
        <div class="mb-4 flex flex-wrap items-end gap-4">
            <div class="min-w-60 flex-1">
                <Field name="name" label=move || t_string!(i18n, campaigns.name) required=true>
                    <TextInput bind=editing.name maxlength=160 />
                </Field>
            </div>
            <saved::SaveState reload />
        </div>
        <Stepper label=move || t_string!(i18n, campaigns.steps) steps />
        <h1 class="mt-6 mb-4 text-xl font-semibold">{heading}</h1>
        <FormError error=editing.error() />
        {move || match keys[step.get()] {
            "audience" => view! { <audience::AudienceStep data /> }.into_any(),
            "content" => view! { <content::ContentStep data /> }.into_any(),
            "parameters" => parameters.with_value(|it| it.as_ref().map(ViewFn::run)).into_any(),
            "sender" => view! { <sender::SenderStep data /> }.into_any(),
            _ => view! { <review::ReviewStep /> }.into_any(),
        }}
        <div class="mt-6 flex justify-between gap-2 border-t border-line pt-4">
            {move || {
                (step.get() > 0)
                    .then(|| {
                        let to = address(step.get() - 1);
                        view! { <LinkButton href=to>{t!(i18n, campaigns.back)}</LinkButton> }
                    })
            }}
            <span class="flex-1"></span>
            {move || {
                (step.get() + 1 < keys.len())
                    .then(|| {
                        let to = address(step.get() + 1);
                        view! {
                            <LinkButton href=to kind=Kind::Primary>
                                {t!(i18n, campaigns.next)}
                            </LinkButton>
                        }
                    })
            }}
        </div>
    }
    .into_any()
}
