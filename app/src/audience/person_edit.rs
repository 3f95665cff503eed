//! Adding and changing a person.

use super::person::display_name;
use super::{api, refused};
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::context::Provider;
use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_params_map};
use serde_json::Value;
use types::contacts::{Attributes, Contact, ContactInput};
use types::{ContactId, Language};

/// One attribute being edited: a number for `For`, its name and value.
type Line = (u32, RwSignal<String>, RwSignal<String>);

#[component]
pub(super) fn NewPerson() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    view! {
        <Title text=move || t_string!(i18n, audience.add_person).to_string() />
        <Breadcrumb crumbs=vec![
            Crumb::new(move || t_string!(i18n, audience.title), here.href("/audience")),
            Crumb::here(move || t_string!(i18n, audience.add_person)),
        ] />
        <PageHeader
            title=move || t_string!(i18n, audience.add_person)
            text=move || t_string!(i18n, audience.new_person_text)
        />
        <Form contact=None />
    }
    .into_any()
}

#[component]
pub(super) fn EditPerson() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params.with(|params| params.get("id").and_then(|id| id.parse::<ContactId>().ok()))
    });
    let person = Resource::new(
        move || (here.key.get(), id.get()),
        |(unit, id)| async move {
            match id {
                Some(id) => api::person(unit, id).await,
                None => Err(types::ApiError::new(types::Code::NotFound)),
            }
        },
    );
    view! {
        <Suspense fallback=|| view! { <SkeletonRows rows=8 /> }>
            {move || person.get().map(|answer| match answer {
                Ok(view) => {
                    let name = display_name(&view.contact);
                    let link = here.href(&format!("/audience/people/{}", view.contact.id));
                    let (title, crumb) = (name.clone(), name.clone());
                    view! {
                        <Title text=title />
                        <Breadcrumb crumbs=vec![
                            Crumb::new(move || t_string!(i18n, audience.title), here.href("/audience")),
                            Crumb::new(crumb, link),
                            Crumb::here(move || t_string!(i18n, audience.edit_person)),
                        ] />
                        <PageHeader title=name />
                        <Form contact=Some(view.contact) />
                    }.into_any()
                }
                Err(error) => refused(&error),
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn Form(contact: Option<Contact>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let toasts = use_toasts();
    let navigate = use_navigate();
    let id = contact.as_ref().map(|contact| contact.id);
    let text =
        |pick: fn(&Contact) -> &str| RwSignal::new(contact.as_ref().map(pick).unwrap_or_default().to_owned());
    let email = text(|c| c.email());
    let phone = text(|c| c.phone());
    let key = text(|c| c.key.as_deref().unwrap_or(""));
    let first_name = text(|c| &c.first_name);
    let last_name = text(|c| &c.last_name);
    let language = text(|c| c.language.map_or("", Language::code));
    let time_zone = text(|c| c.time_zone.as_deref().unwrap_or(""));
    let known = contact
        .as_ref()
        .map(|contact| contact.attributes.clone())
        .unwrap_or_default();
    let lines = RwSignal::new(lines_of(&known));
    let known = StoredValue::new(known);
    let save = Action::new(move |input: &ContactInput| {
        let (unit, input) = (here.key.get_untracked(), input.clone());
        async move { api::save_person(unit, id, input).await }
    });
    let failed = Signal::derive(move || save.value().get().and_then(Result::err));
    Effect::new(move |_| {
        if let Some(Ok(saved)) = save.value().get() {
            toasts.success(if id.is_some() {
                t_string!(i18n, common.saved)
            } else {
                t_string!(i18n, audience.person_added)
            });
            navigate(
                &here.href(&format!("/audience/people/{saved}")),
                Default::default(),
            );
        }
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        save.dispatch(ContactInput {
            email: email.get_untracked(),
            phone: phone.get_untracked(),
            key: key.get_untracked(),
            first_name: first_name.get_untracked(),
            last_name: last_name.get_untracked(),
            language: language.get_untracked().parse().ok(),
            time_zone: time_zone.get_untracked(),
            attributes: known.with_value(|known| attributes_of(&lines.get_untracked(), known)),
        });
    };
    let languages = move || {
        let mut all = vec![(
            String::new(),
            t_string!(i18n, audience.language_of_unit).to_owned(),
        )];
        all.extend(
            Language::ALL
                .iter()
                .map(|l| (l.code().to_owned(), l.autonym().to_owned())),
        );
        all
    };
    let back = Signal::derive(move || {
        here.href(&id.map_or_else(|| "/audience".to_owned(), |id| format!("/audience/people/{id}")))
    });
    view! {
        <form class="flex max-w-2xl flex-col gap-5" on:submit=submit novalidate>
            <FormError error=failed />
            <Provider value=FieldErrors::new(failed)>
                <div class="grid gap-5 sm:grid-cols-2">
                    <Field name="first_name" label=move || t_string!(i18n, audience.first_name)>
                        <TextInput bind=first_name maxlength=120 autocomplete="off" />
                    </Field>
                    <Field name="last_name" label=move || t_string!(i18n, audience.last_name)>
                        <TextInput bind=last_name maxlength=120 autocomplete="off" />
                    </Field>
                    <Field name="email" label=move || t_string!(i18n, common.email) required=true>
                        <TextInput bind=email r#type="email" autocomplete="off" />
                    </Field>
                    <Field name="phone" label=move || t_string!(i18n, audience.phone)>
                        <TextInput bind=phone r#type="tel" autocomplete="off" />
                    </Field>
                    <Field name="language" label=move || t_string!(i18n, audience.col_language)>
                        <Select options=Signal::derive(languages) bind=language />
                    </Field>
                    <Field
                        name="time_zone"
                        label=move || t_string!(i18n, audience.time_zone)
                        hint=move || t_string!(i18n, audience.time_zone_hint)
                    >
                        <TextInput bind=time_zone autocomplete="off" />
                    </Field>
                </div>
                <Field name="key" label=move || t_string!(i18n, audience.key) hint=move || t_string!(i18n, audience.key_hint)>
                    <TextInput bind=key maxlength=200 autocomplete="off" />
                </Field>
                <Lines lines />
            </Provider>
            <div class="flex flex-wrap gap-2">
                <Button r#type="submit" kind=Kind::Primary busy=save.pending()>{t!(i18n, common.save)}</Button>
                <LinkButton href=back>{t!(i18n, common.cancel)}</LinkButton>
            </div>
        </form>
    }
    .into_any()
}

#[component]
fn Lines(lines: RwSignal<Vec<Line>>) -> impl IntoView {
    let i18n = use_i18n();
    let add = move |_| {
        lines.update(|lines| {
            let next = lines.iter().map(|line| line.0).max().map_or(0, |last| last + 1);
            lines.push((next, RwSignal::new(String::new()), RwSignal::new(String::new())));
        });
    };
    view! {
        <fieldset class="flex flex-col gap-3">
            <legend class="text-[13px] font-medium">{t!(i18n, audience.attributes)}</legend>
            <p class="text-[13px] text-muted">{t!(i18n, audience.attributes_hint)}</p>
            <For each=move || lines.get() key=|line| line.0 let:line>
                <div class="flex items-end gap-2">
                    <div class="min-w-0 flex-1">
                        <Field
                            name="attribute_name"
                            id=format!("attribute-name-{}", line.0)
                            label=move || t_string!(i18n, audience.attribute)
                            required=true
                        >
                            <TextInput bind=line.1 maxlength=60 autocomplete="off" />
                        </Field>
                    </div>
                    <div class="min-w-0 flex-1">
                        <Field
                            name="attribute_value"
                            id=format!("attribute-value-{}", line.0)
                            label=move || t_string!(i18n, audience.attribute_value)
                            required=true
                        >
                            <TextInput bind=line.2 autocomplete="off" />
                        </Field>
                    </div>
                    <IconButton
                        icon=Icon::Delete
                        label=move || t_string!(i18n, audience.remove_attribute)
                        on_click=move |_| lines.update(|lines| lines.retain(|other| other.0 != line.0))
                    />
                </div>
            </For>
            <div>
                <Button size=Size::Small icon=Icon::Plus on_click=add>{t!(i18n, audience.add_attribute)}</Button>
            </div>
        </fieldset>
    }
    .into_any()
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn lines_of(attributes: &Attributes) -> Vec<Line> {
    (0_u32..)
        .zip(attributes)
        .map(|(n, (name, value))| (n, RwSignal::new(name.clone()), RwSignal::new(shown(value))))
        .collect()
}

/// What was typed is text; what was not touched keeps its kind (a number stays a number).
fn attributes_of(lines: &[Line], known: &Attributes) -> Attributes {
    lines
        .iter()
        .filter_map(|(_, name, value)| {
            let (name, value) = (name.get_untracked().trim().to_owned(), value.get_untracked());
            if name.is_empty() {
                return None;
            }
            let same = known.get(&name).filter(|known| shown(known) == value).cloned();
            Some((name, same.unwrap_or(Value::String(value))))
        })
        .collect()
}
