//! A new message definition: its name, the key that systems call it by, what kind it is, the template it begins from.

use super::api::create_definition;
use crate::layout::use_here;
use crate::messages::api::templates;
use crate::messages::new::Gallery;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::context::Provider;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use types::ApiError;
use types::content::Classification;
use types::messages::{Channel, NewDefinition};

#[component]
pub(super) fn New() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let unit = here.key;
    let found = Resource::new(move || unit.get(), templates);
    let name = RwSignal::new(String::new());
    let key = RwSignal::new(String::new());
    let classification = RwSignal::new(Classification::Transactional.as_str().to_owned());
    let template = RwSignal::new(String::new());
    let error = RwSignal::new(None::<ApiError>);
    let navigate = StoredValue::new(use_navigate());
    // The key follows the name until somebody writes one.
    let suggested = StoredValue::new(String::new());
    Effect::new(move |_| {
        let proposal = key_of(&name.get());
        if key.with_untracked(|key| suggested.with_value(|last| key == last)) {
            suggested.set_value(proposal.clone());
            key.set(proposal);
        }
    });
    let create = Action::new(move |input: &NewDefinition| {
        let (unit, input) = (unit.get_untracked(), input.clone());
        async move {
            match create_definition(unit, input).await {
                Ok(id) => {
                    let target = here
                        .key
                        .with_untracked(|key| format!("/c/{key}/messages/definitions/{id}/edit"));
                    navigate.with_value(|navigate| navigate(&target, Default::default()));
                }
                Err(refusal) => error.set(Some(refusal)),
            }
        }
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        error.set(None);
        create.dispatch(NewDefinition {
            key: key.with_untracked(|it| it.trim().to_owned()),
            name: name.get_untracked(),
            classification: classification.with_untracked(|it| it.parse().ok()),
            template_id: template.with_untracked(|it| it.parse().ok()),
            parameters: Vec::new(),
            channel: Channel::Email,
        });
    };
    let kinds = vec![
        Choice::new(Classification::Transactional.as_str(), move || {
            t_string!(i18n, campaigns.kind_transactional)
        })
        .hint(move || t_string!(i18n, triggered.kind_transactional_hint)),
        Choice::new(Classification::Operational.as_str(), move || {
            t_string!(i18n, campaigns.kind_operational)
        })
        .hint(move || t_string!(i18n, campaigns.kind_operational_hint)),
        Choice::new(Classification::Marketing.as_str(), move || {
            t_string!(i18n, campaigns.kind_marketing)
        })
        .hint(move || t_string!(i18n, campaigns.kind_marketing_hint)),
    ];
    view! {
        <Title text=move || t_string!(i18n, triggered.new).to_string() />
        <Breadcrumb crumbs=vec![
            Crumb::new(move || t_string!(i18n, triggered.tab_definitions), here.href("/messages/definitions")),
            Crumb::here(move || t_string!(i18n, triggered.new)),
        ] />
        <PageHeader title=move || t_string!(i18n, triggered.new) text=move || t_string!(i18n, triggered.new_text) />
        <Provider value=FieldErrors::new(error.into())>
            <form class="flex max-w-4xl flex-col gap-6" on:submit=submit>
                <FormError error=error />
                <Field name="name" label=move || t_string!(i18n, campaigns.name) hint=move || t_string!(i18n, campaigns.name_hint) required=true>
                    <TextInput bind=name maxlength=160 autofocus=true />
                </Field>
                <Field name="key" label=move || t_string!(i18n, triggered.key) hint=move || t_string!(i18n, triggered.key_hint) required=true>
                    <TextInput bind=key maxlength=100 autocomplete="off" />
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
                                    view! { <Notice tone=Tone::Warning>{t!(i18n, campaigns.no_templates)}</Notice> }.into_any()
                                }
                                Ok(list) => view! { <Gallery list template /> }.into_any(),
                                Err(refusal) => {
                                    view! { <Notice tone=Tone::Danger>{error_text(i18n.get_locale(), &refusal)}</Notice> }
                                        .into_any()
                                }
                            })
                    }}
                </Suspense>
                <div class="flex gap-2">
                    <Button kind=Kind::Primary r#type="submit" busy=create.pending()>
                        {t!(i18n, campaigns.create)}
                    </Button>
                    <LinkButton href=Signal::derive(move || here.href("/messages/definitions"))>{t!(i18n, common.cancel)}</LinkButton>
                </div>
            </form>
        </Provider>
    }
    .into_any()
}

/// "Application received" -> "application-received": a proposal; letters beyond ASCII lose their marks where that is usual.
fn key_of(name: &str) -> String {
    let mut key = String::new();
    for letter in name.to_lowercase().chars() {
        let plain = match letter {
            'a'..='z' | '0'..='9' => letter,
            'ą' | 'ä' | 'à' | 'â' | 'á' => 'a',
            'ć' | 'ç' => 'c',
            'ę' | 'é' | 'è' | 'ê' | 'ë' => 'e',
            'î' | 'ï' | 'í' => 'i',
            'ł' => 'l',
            'ń' => 'n',
            'ó' | 'ö' | 'ô' => 'o',
            'ś' | 'ß' => 's',
            'ü' | 'ù' | 'û' | 'ú' => 'u',
            'ź' | 'ż' => 'z',
            _ => '-',
        };
        if plain != '-' || !(key.is_empty() || key.ends_with('-')) {
            key.push(plain);
        }
    }
    key.truncate(60);
    key.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::key_of;

    #[test]
    fn a_name_proposes_a_key() {
        assert_eq!(key_of("Zgłoszenie  przyjęte!"), "zgloszenie-przyjete");
        assert_eq!(key_of("Prüfung: Ergebnis 2"), "prufung-ergebnis-2");
        assert_eq!(key_of("  "), "");
    }
}
