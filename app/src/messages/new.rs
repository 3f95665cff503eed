//! A new message: its name, what kind it is, the template it begins from.

use super::api::{create_campaign, templates};
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::context::Provider;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use types::ApiError;
use types::campaigns::NewCampaign;
use types::content::{Classification, TemplateRow};

#[component]
pub(super) fn New() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let unit = here.key;
    let found = Resource::new(move || unit.get(), templates);
    let name = RwSignal::new(String::new());
    let classification = RwSignal::new(Classification::Marketing.as_str().to_owned());
    let template = RwSignal::new(String::new());
    let error = RwSignal::new(None::<ApiError>);
    let navigate = StoredValue::new(use_navigate());
    let create = Action::new(move |input: &NewCampaign| {
        let (unit, input) = (unit.get_untracked(), input.clone());
        async move {
            match create_campaign(unit, input).await {
                Ok(id) => {
                    let target = here
                        .key
                        .with_untracked(|key| format!("/c/{key}/messages/{id}/edit"));
                    navigate.with_value(|navigate| navigate(&target, Default::default()));
                }
                Err(refusal) => error.set(Some(refusal)),
            }
        }
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        error.set(None);
        create.dispatch(NewCampaign {
            name: name.get_untracked(),
            classification: classification.with_untracked(|it| it.parse().ok()),
            template_id: template.with_untracked(|it| it.parse().ok()),
        });
    };
    let kinds = vec![
        Choice::new(Classification::Marketing.as_str(), move || {
            t_string!(i18n, campaigns.kind_marketing)
        })
        .hint(move || t_string!(i18n, campaigns.kind_marketing_hint)),
        Choice::new(Classification::Operational.as_str(), move || {
            t_string!(i18n, campaigns.kind_operational)
        })
        .hint(move || t_string!(i18n, campaigns.kind_operational_hint)),
    ];
    view! {
        <Title text=move || t_string!(i18n, campaigns.new).to_string() />
        <Breadcrumb crumbs=vec![
            Crumb::new(move || t_string!(i18n, campaigns.title), here.href("/messages")),
            Crumb::here(move || t_string!(i18n, campaigns.new)),
        ] />
        <PageHeader title=move || t_string!(i18n, campaigns.new) text=move || t_string!(i18n, campaigns.new_text) />
        <Provider value=FieldErrors::new(error.into())>
            <form class="flex max-w-4xl flex-col gap-6" on:submit=submit>
                <FormError error=error />
                <Field name="name" label=move || t_string!(i18n, campaigns.name) hint=move || t_string!(i18n, campaigns.name_hint) required=true>
                    <TextInput bind=name maxlength=160 autofocus=true />
                </Field>
                <RadioGroup
                    name="classification"
                    legend=move || t_string!(i18n, campaigns.kind)
                    choices=kinds
                    bind=classification
                    boxed=true
                />
                <Suspense fallback=|| view! { <SkeletonRows rows=4 /> }>
                    {move || {
                        found
                            .get()
                            .map(|answer| match answer {
                                Ok(list) if list.is_empty() => {
                                    view! {
                                        <Notice tone=Tone::Warning>{t!(i18n, campaigns.no_templates)}</Notice>
                                    }
                                        .into_any()
                                }
                                Ok(list) => view! { <Gallery list template /> }.into_any(),
                                Err(refusal) => {
                                    view! {
                                        <Notice tone=Tone::Danger>{error_text(i18n.get_locale(), &refusal)}</Notice>
                                    }
                                        .into_any()
                                }
                            })
                    }}
                </Suspense>
                <div class="flex gap-2">
                    <Button kind=Kind::Primary r#type="submit" busy=create.pending()>
                        {t!(i18n, campaigns.create)}
                    </Button>
                    <LinkButton href=Signal::derive(move || here.href("/messages"))>{t!(i18n, common.cancel)}</LinkButton>
                </div>
            </form>
        </Provider>
    }
    .into_any()
}

/// Templates as cards; a radio group underneath, so that arrows move and one is always chosen.
#[component]
pub(crate) fn Gallery(list: Vec<TemplateRow>, template: RwSignal<String>) -> impl IntoView {
    let i18n = use_i18n();
    if template.with_untracked(String::is_empty)
        && let Some(first) = list.first()
    {
        template.set(first.id.to_string());
    }
    let cards = list
        .into_iter()
        .map(|row| {
            let value = row.id.to_string();
            let id = format!("template-{value}");
            let target = id.clone();
            let (own, picked) = (value.clone(), value.clone());
            let chosen = Memo::new(move |_| template.with(|it| *it == own));
            let card = move || {
                let edge = if chosen.get() { "border-accent bg-accent-soft" } else { "border-line bg-surface hover:bg-hover" };
                format!("flex h-full cursor-pointer flex-col gap-2 rounded-md border p-3 {edge}")
            };
            let fields = row.slots.len();
            view! {
                <div class="min-w-0">
                    <label r#for=target class=card>
                        <span class="flex items-start gap-2">
                            <input
                                type="radio"
                                name="template"
                                id=id
                                class="mt-1 h-4 w-4 flex-none"
                                value=value
                                checked=chosen.get_untracked()
                                prop:checked=move || chosen.get()
                                on:change=move |_| template.set(picked.clone())
                            />
                            <span class="min-w-0">
                                <span class="block font-medium">{row.name.clone()}</span>
                                <span class="block text-[13px] text-muted">{row.description.clone()}</span>
                            </span>
                        </span>
                        <span class="mt-auto text-[13px] text-muted">
                            {row.unit_name.clone()} " · " {t!(i18n, campaigns.slots_count, count = move || fields)}
                        </span>
                    </label>
                </div>
            }
        })
        .collect_view();
    view! {
        <fieldset>
            <legend class="mb-2 text-[13px] font-medium text-ink">{t!(i18n, campaigns.template)}</legend>
            <div class="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">{cards}</div>
        </fieldset>
    }
    .into_any()
}
