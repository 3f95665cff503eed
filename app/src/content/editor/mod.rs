//! A template: markup and slots at the left, what it makes at the right.

mod markup;
mod slot_form;

use self::markup::Markup;
use self::slot_form::SlotForms;
use super::api::{read_template, save_template};
use super::gallery::{filler, sample_draft};
use super::{FindingList, Preview};
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map};
use render::{Draft, Finding, TemplateSource};
use types::access::Permission;
use types::content::{Slot, TemplateInput, TemplateRow};
use types::{ApiError, Code, Language, TemplateId};

/// What a new template begins with.
const START: &str = r##"<mjml>
  <mj-body background-color="#f3f4f6">
    <mj-section background-color="#ffffff" padding="24px 0">
      <mj-column>
        <mj-text font-size="24px" font-weight="700" line-height="1.3">{{ slots.headline }}</mj-text>
        <mj-text font-size="16px" line-height="1.6">{{ slots.body }}</mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
"##;

fn start() -> TemplateInput {
    use types::content::SlotKind::{RichText, Text};
    let slot = |key: &str, kind| Slot {
        key: key.into(),
        kind,
        label: std::collections::BTreeMap::new(),
        default: std::collections::BTreeMap::new(),
        max_length: None,
        required: true,
        locked: false,
    };
    TemplateInput {
        mjml: START.into(),
        slots: vec![slot("headline", Text), slot("body", RichText)],
        ..TemplateInput::default()
    }
}

#[component]
pub(super) fn Editor() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let params = use_params_map();
    let wanted = Memo::new(move |_| params.with(|it| it.get("id").unwrap_or_default()));
    let found = Resource::new(
        move || (here.key.get(), wanted.get()),
        |(unit, id)| async move {
            if id == "new" {
                return Ok(None);
            }
            let id: TemplateId = id.parse().map_err(|_| ApiError::new(Code::NotFound))?;
            read_template(unit, id, None)
                .await?
                .map(Some)
                .ok_or(ApiError::new(Code::NotFound))
        },
    );
    view! {
        <Suspense fallback=|| view! { <SkeletonRows rows=8 /> }>
            {move || found.get().map(|answer| match answer {
                Ok(template) => view! { <Form template /> }.into_any(),
                Err(error) => view! { <Notice tone=Tone::Danger>{error_text(i18n.get_locale(), &error)}</Notice> }.into_any(),
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn Form(template: Option<TemplateRow>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let toasts = use_toasts();
    let navigate = use_navigate();
    let id = template.as_ref().map(|it| it.id);
    let own = template.as_ref().is_none_or(|it| it.own);
    let heading = template.as_ref().map(|it| it.name.clone());
    let input = template.map_or_else(start, |it| TemplateInput {
        name: it.name,
        description: it.description,
        mjml: it.mjml,
        slots: it.slots,
        version: it.version,
    });
    let locked = Signal::derive(move || !own || !here.may(Permission::EditContent));
    let (name, description) = (RwSignal::new(input.name), RwSignal::new(input.description));
    let mjml = RwSignal::new(input.mjml);
    let slots = RwSignal::new(input.slots);
    let version = RwSignal::new(input.version);
    let findings = RwSignal::new(Vec::<Finding>::new());
    let error = RwSignal::new(None::<ApiError>);
    let busy = RwSignal::new(false);
    let tab = RwSignal::new("markup");
    let reader = move || -> Language {
        i18n::LocaleTrait::as_str(i18n.get_locale())
            .parse()
            .unwrap_or_default()
    };
    let language = RwSignal::new(reader().code().to_owned());
    let chosen = Signal::derive(move || language.with(|it| it.parse::<Language>().unwrap_or_default()));
    let draft = Signal::derive(move || {
        let template = TemplateSource {
            mjml: mjml.get(),
            slots: slots.get(),
        };
        let language = chosen.get();
        let open = template.slots.iter().filter(|it| !it.locked);
        let words = open.map(|it| (it.key.clone(), filler(it, language))).collect();
        Some::<Draft>(sample_draft(template, language, words))
    });
    let jump = RwSignal::new(None::<(u32, u32)>);
    let on_jump = Callback::new(move |at| {
        tab.set("markup");
        jump.set(Some(at));
    });
    let save = move |_| {
        busy.set(true);
        let input = TemplateInput {
            name: name.get_untracked(),
            description: description.get_untracked(),
            mjml: mjml.get_untracked(),
            slots: slots.get_untracked(),
            version: version.get_untracked(),
        };
        let unit = here.key.get_untracked();
        let navigate = navigate.clone();
        spawn_local(async move {
            let answer = save_template(unit, id, input).await;
            busy.try_set(false);
            match answer {
                Ok(saved) => {
                    error.try_set(None);
                    version.try_set(saved.version);
                    toasts.success(t_string!(i18n, content.saved).to_string());
                    if id.is_none() {
                        let to = here.href(&format!("/content/templates/{}", saved.id));
                        navigate(
                            &to,
                            NavigateOptions {
                                replace: true,
                                ..NavigateOptions::default()
                            },
                        );
                    }
                }
                Err(problem) => {
                    error.try_set(Some(problem));
                }
            }
        });
    };
    let title = move || {
        heading
            .clone()
            .unwrap_or_else(|| t_string!(i18n, content.new_template).to_string())
    };
    let actions = {
        move || {
            let save = save.clone();
            view! {
                {move || {
                    let save = save.clone();
                    (!locked.get())
                        .then(|| view! { <Button kind=Kind::Primary busy on_click=save>{t!(i18n, content.save)}</Button> })
                }}
            }
        }
    };
    let tabs = vec![
        Tab::new("markup", move || t_string!(i18n, content.markup)),
        Tab::new("slots", move || t_string!(i18n, content.slots)),
        Tab::new("details", move || t_string!(i18n, content.details)),
    ];
    let languages = Signal::stored(
        Language::ALL
            .into_iter()
            .map(|it| (it.code().to_owned(), it.autonym().to_owned()))
            .collect::<Vec<_>>(),
    );
    let (head, page) = (title.clone(), title.clone());
    view! {
        <Title text=page />
        <Breadcrumb crumbs=vec![
            Crumb::new(move || t_string!(i18n, content.templates), here.href("/content")),
            Crumb::here(title()),
        ] />
        <PageHeader title=head actions />
        {move || locked.get().then(|| view! { <div class="mb-4"><Notice>{t!(i18n, content.read_only)}</Notice></div> })}
        <leptos::context::Provider value=FieldErrors::new(error.into())>
            <SaveError error />
            <div class="grid items-start gap-6 xl:grid-cols-2">
                <div class="min-w-0">
                    <Tabs id="template" label=move || t_string!(i18n, content.template) tabs selected=tab />
                    <TabPanel id="template" key="markup" selected=tab>
                        <Markup text=mjml findings=findings.into() jump disabled=locked />
                    </TabPanel>
                    <TabPanel id="template" key="slots" selected=tab>
                        <SlotForms slots language=chosen disabled=locked />
                    </TabPanel>
                    <TabPanel id="template" key="details" selected=tab>
                        <div class="flex flex-col gap-4 pt-4">
                            <Field name="name" label=move || t_string!(i18n, content.name) required=true>
                                <TextInput bind=name maxlength=120 disabled=locked />
                            </Field>
                            <Field name="description" label=move || t_string!(i18n, content.description)>
                                <TextArea bind=description maxlength=500 rows=3 disabled=locked />
                            </Field>
                        </div>
                    </TabPanel>
                    <div class="mt-4">
                        <Card title=move || t_string!(i18n, content.findings)><FindingList findings on_jump /></Card>
                    </div>
                </div>
                <div class="min-w-0">
                    <div class="mb-2 w-48"><Select options=languages bind=language label=move || t_string!(i18n, content.language) /></div>
                    <Preview draft language=chosen findings />
                </div>
            </div>
        </leptos::context::Provider>
    }
    .into_any()
}

/// Why it was not saved. Problems of the markup stand in the list of findings already.
#[component]
fn SaveError(error: RwSignal<Option<ApiError>>) -> impl IntoView {
    let i18n = use_i18n();
    let labels = vec![
        ("name", TextProp::from(move || t_string!(i18n, content.name))),
        ("mjml", TextProp::from(move || t_string!(i18n, content.markup))),
    ];
    view! { <div class="mb-4 empty:hidden"><FormError error labels /></div> }.into_any()
}
