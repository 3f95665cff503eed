//! The slots of a template: what authors may fill, and what stands there at first.

use crate::content::SlotEditor;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use std::collections::BTreeMap;
use types::Language;
use types::content::{Slot, SlotKind, SlotValue};

#[component]
pub(super) fn SlotForms(
    slots: RwSignal<Vec<Slot>>,
    /// Labels and defaults are edited in this language.
    language: Signal<Language>,
    disabled: Signal<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    // Drawn anew when a slot comes or goes or the language changes, not at every keystroke.
    let count = Memo::new(move |_| (slots.with(Vec::len), language.get()));
    let add = move |_| {
        slots.update(|it| {
            it.push(Slot {
                key: format!("slot_{}", it.len() + 1),
                kind: SlotKind::Text,
                label: BTreeMap::new(),
                default: BTreeMap::new(),
                max_length: None,
                required: false,
                locked: false,
            });
        });
    };
    view! {
        <div class="flex flex-col gap-4 pt-4">
            <p class="text-sm text-muted">{t!(i18n, content.slots_text)}</p>
            {move || {
                let (count, language) = count.get();
                (0..count).map(|at| view! { <SlotForm slots at language disabled /> }).collect_view()
            }}
            {move || {
                (!disabled.get())
                    .then(|| view! { <div><Button icon=Icon::Plus on_click=add>{t!(i18n, content.add_slot)}</Button></div> })
            }}
        </div>
    }
    .into_any()
}

#[component]
fn SlotForm(
    slots: RwSignal<Vec<Slot>>,
    at: usize,
    language: Language,
    disabled: Signal<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let Some(slot) = slots.with_untracked(|it| it.get(at).cloned()) else {
        return ().into_any();
    };
    let key = RwSignal::new(slot.key.clone());
    let kind = RwSignal::new(slot.kind.as_str().to_owned());
    let label = RwSignal::new(slot.label.get(&language).cloned().unwrap_or_default());
    let max = RwSignal::new(slot.max_length.map(|it| it.to_string()).unwrap_or_default());
    let required = RwSignal::new(slot.required);
    let locked = RwSignal::new(slot.locked);
    let defaults = RwSignal::new(BTreeMap::<String, SlotValue>::new());
    if let Some(value) = slot.default.get(&language) {
        defaults.update_untracked(|it| {
            it.insert(slot.key.clone(), value.clone());
        });
    }
    Effect::new(move |before: Option<()>| {
        let (key, label, max) = (key.get(), label.get(), max.get());
        let kind: SlotKind = kind.with(|it| it.parse().unwrap_or(SlotKind::Text));
        let (required, locked) = (required.get(), locked.get());
        let default = defaults.with(|it| it.values().next().filter(|it| it.kind() == kind).cloned());
        if before.is_none() {
            return;
        }
        slots.update(|it| {
            let Some(slot) = it.get_mut(at) else { return };
            slot.key = key;
            if slot.kind != kind {
                slot.kind = kind;
                slot.default.clear();
            }
            if label.trim().is_empty() {
                slot.label.remove(&language);
            } else {
                slot.label.insert(language, label);
            }
            match default {
                Some(value) => {
                    slot.default.insert(language, value);
                }
                None => {
                    slot.default.remove(&language);
                }
            }
            slot.max_length = max.trim().parse().ok();
            slot.required = required;
            slot.locked = locked;
        });
    });
    let kinds = Signal::derive(move || {
        vec![
            ("text".to_owned(), t_string!(i18n, content.kind_text).to_string()),
            (
                "richtext".to_owned(),
                t_string!(i18n, content.kind_richtext).to_string(),
            ),
            (
                "image".to_owned(),
                t_string!(i18n, content.kind_image).to_string(),
            ),
            ("link".to_owned(), t_string!(i18n, content.kind_link).to_string()),
        ]
    });
    // The field of the default: the slot as it is now, but open, so that it can be filled here.
    let fields = Memo::new(move |_| {
        let kind: SlotKind = kind.with(|it| it.parse().unwrap_or(SlotKind::Text));
        vec![Slot {
            key: slot.key.clone(),
            kind,
            label: BTreeMap::from([(language, t_string!(i18n, content.default_value).to_string())]),
            default: BTreeMap::new(),
            max_length: None,
            required: false,
            locked: false,
        }]
    });
    let remove = move |_| {
        slots.update(|it| {
            if at < it.len() {
                it.remove(at);
            }
        });
    };
    view! {
        <fieldset class="rounded-md border border-line p-4" disabled=move || disabled.get()>
            <legend class="px-1 font-mono text-[13px]">{move || format!("{{{{ slots.{} }}}}", key.get())}</legend>
            <div class="grid gap-3 sm:grid-cols-2">
                <Field name=format!("slots.{at}.key") label=move || t_string!(i18n, content.slot_key) required=true>
                    <TextInput bind=key maxlength=40 />
                </Field>
                <Field name=format!("slots.{at}.kind") label=move || t_string!(i18n, content.slot_kind)>
                    <Select options=kinds bind=kind />
                </Field>
                <Field name=format!("slots.{at}.label") label=move || t_string!(i18n, content.slot_label)>
                    <TextInput bind=label maxlength=120 />
                </Field>
                <Field name=format!("slots.{at}.max_length") label=move || t_string!(i18n, content.slot_max)>
                    <TextInput bind=max inputmode="numeric" />
                </Field>
                <Checkbox name=format!("slots.{at}.required") label=move || t_string!(i18n, content.slot_required) bind=required />
                <Checkbox
                    name=format!("slots.{at}.locked")
                    label=move || t_string!(i18n, content.slot_locked)
                    hint=move || t_string!(i18n, content.slot_locked_hint)
                    bind=locked
                />
            </div>
            <div class="mt-4">
                <SlotEditor
                    slots=fields
                    values=defaults
                    language=Signal::stored(language)
                    default_language=Signal::stored(language)
                    findings=Signal::stored(Vec::new())
                    disabled
                />
            </div>
            <div class="mt-3">
                <Button size=Size::Small kind=Kind::Quiet icon=Icon::Delete disabled on_click=remove>{t!(i18n, content.remove_slot)}</Button>
            </div>
        </fieldset>
    }
    .into_any()
}
