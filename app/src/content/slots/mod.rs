//! The fields of a template, one a slot. Used by the template editor (for what stands there at first) and by the
//! campaigns' editor.

mod image;
mod rich;

use self::image::ImageField;
use self::rich::RichText;
use super::problems::problem_text;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use render::{Finding, Place, ProblemCode, Severity};
use std::collections::BTreeMap;
use types::Language;
use types::content::{Slot, SlotKind, SlotValue};

/// One field for each open slot. `values` are those of one language; what was never touched is not in it, and the
/// template's own default is shown and sent.
#[component]
pub fn SlotEditor(
    #[prop(into)] slots: Signal<Vec<Slot>>,
    values: RwSignal<BTreeMap<String, SlotValue>>,
    /// Of the content that is being written.
    #[prop(into)]
    language: Signal<Language>,
    /// Whose default counts where the template has none in `language`.
    #[prop(into)]
    default_language: Signal<Language>,
    /// From [`super::Preview`]: errors appear at their slots.
    #[prop(into)]
    findings: Signal<Vec<Finding>>,
    #[prop(optional, into)] disabled: Signal<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let fields = move || {
        let (wanted, fallback) = (language.get(), default_language.get());
        let open: Vec<Slot> = slots.with(|it| it.iter().filter(|slot| !slot.locked).cloned().collect());
        if open.is_empty() {
            return view! { <p class="text-sm text-muted">{t!(i18n, content.no_slots)}</p> }.into_any();
        }
        open.into_iter()
            .map(|slot| {
                let default = slot
                    .default
                    .get(&wanted)
                    .or_else(|| slot.default.get(&fallback))
                    .cloned();
                let written = values
                    .with_untracked(|it| it.get(&slot.key).filter(|it| it.kind() == slot.kind).cloned());
                let initial = written.or(default).unwrap_or_else(|| SlotValue::empty(slot.kind));
                let key = slot.key.clone();
                let change = Callback::new(move |value: SlotValue| {
                    values.update(|it| {
                        it.insert(key.clone(), value);
                    });
                });
                view! { <SlotField open=slot initial change language findings disabled /> }
            })
            .collect_view()
            .into_any()
    };
    view! { <div class="flex flex-col gap-5">{fields}</div> }.into_any()
}

/// The field of one slot.
#[component]
fn SlotField(
    open: Slot,
    initial: SlotValue,
    change: Callback<SlotValue>,
    language: Signal<Language>,
    findings: Signal<Vec<Finding>>,
    disabled: Signal<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let slot = open;
    let key = slot.key.clone();
    // An empty field is not a mistake before somebody has written in it; the review lists what is missing.
    let touched = RwSignal::new(false);
    let change = Callback::new(move |value| {
        touched.set(true);
        change.run(value);
    });
    let error = Signal::derive(move || {
        let (language, touched) = (language.get(), touched.get());
        findings.with(|it| {
            it.iter()
                .find(|it| {
                    it.severity == Severity::Error
                        && (touched || it.problem.code != ProblemCode::SlotRequired)
                        && it.problem.place == Place::Slot(key.clone())
                        && it.problem.language.is_none_or(|it| it == language)
                })
                .map(|it| problem_text(i18n.get_locale(), &it.problem))
        })
    });
    let label = {
        let slot = slot.clone();
        move || slot.label(reader(i18n.get_locale())).to_owned()
    };
    let name = format!("slot.{}", slot.key);
    let required = slot.required;
    match (slot.kind, initial) {
        (SlotKind::Text, SlotValue::Text { text }) => {
            let bind = RwSignal::new(text);
            follow(bind, move |text| change.run(SlotValue::Text { text }));
            let long = slot.max_length.is_none_or(|it| it > 160);
            let hint = limit_hint(bind, slot.max_length);
            // Made inside the field: a control takes its id, name and errors from the field around it.
            let control = move || match long {
                true => view! { <TextArea bind rows=3 disabled /> }.into_any(),
                false => view! { <TextInput bind disabled /> }.into_any(),
            };
            view! { <Field name label required error hint>{control()}</Field> }.into_any()
        }
        (SlotKind::RichText, SlotValue::RichText { html }) => {
            let change = Callback::new(move |html| change.run(SlotValue::RichText { html }));
            view! { <RichText name label=Signal::derive(label) initial=html change required error disabled /> }.into_any()
        }
        (SlotKind::Image, SlotValue::Image { address, alt, width }) => {
            let change =
                Callback::new(move |(address, alt)| change.run(SlotValue::Image { address, alt, width }));
            view! { <ImageField name label=Signal::derive(label) address alt change required error disabled /> }.into_any()
        }
        (
            _,
            SlotValue::Link {
                label: words,
                address,
            },
        ) => {
            let (words, address) = (RwSignal::new(words), RwSignal::new(address));
            let both = move || {
                if let (Some(label), Some(address)) = (words.try_get_untracked(), address.try_get_untracked())
                {
                    change.run(SlotValue::Link { label, address });
                }
            };
            follow(words, move |_| both());
            follow(address, move |_| both());
            let (words_name, address_name) = (format!("{name}.label"), format!("{name}.address"));
            view! {
                <fieldset class="rounded-md border border-line p-3">
                    <legend class="px-1 text-sm font-medium">{label}</legend>
                    <div class="grid gap-3 sm:grid-cols-2">
                        <Field name=words_name label=move || t_string!(i18n, content.link_label) required>
                            <TextInput bind=words disabled />
                        </Field>
                        <Field name=address_name label=move || t_string!(i18n, content.link_address) required error>
                            <TextInput bind=address inputmode="url" placeholder="https://" disabled />
                        </Field>
                    </div>
                </fieldset>
            }
            .into_any()
        }
        _ => ().into_any(),
    }
}

/// Calls back on every change after the first value.
fn follow(signal: RwSignal<String>, changed: impl Fn(String) + 'static) {
    Effect::new(move |before: Option<()>| {
        let value = signal.get();
        if before.is_some() {
            changed(value);
        }
    });
}

/// How many characters are left.
fn limit_hint(value: RwSignal<String>, max: Option<u32>) -> TextProp {
    let i18n = use_i18n();
    TextProp::from(move || match max {
        Some(max) => {
            let used = value.with(|it| it.chars().count());
            t_string!(i18n, content.characters_used, used = used, max = max).to_string()
        }
        None => String::new(),
    })
}

/// The console's language, for labels that templates have in four languages.
pub(in crate::content) fn reader(locale: i18n::Locale) -> Language {
    i18n::language_of(locale)
}
