//! Text-like controls. Inside a [`Field`](super::Field) they take name, id and error state from it.

use super::field::FieldContext;
use super::icon::{Glyph, Icon};
use i18n::{t_string, use_i18n};
use leptos::{html, prelude::*};

const BOX: &str = "w-full min-w-0 rounded-md border border-line-strong bg-surface px-3 text-sm text-ink \
                   transition-colors duration-100 disabled:bg-sunken disabled:text-muted";

/// Id, name and states of a control, from the field around it or from its own props.
struct Wiring {
    id: Option<String>,
    name: Option<String>,
    required: bool,
    described_by: Signal<Option<String>>,
    invalid: Signal<bool>,
}

fn wire(name: Option<String>) -> Wiring {
    match use_context::<FieldContext>() {
        Some(field) => Wiring {
            id: Some(field.id),
            name: name.or(Some(field.name)),
            required: field.required,
            described_by: field.described_by,
            invalid: field.invalid,
        },
        None => Wiring {
            id: None,
            name,
            required: false,
            described_by: Signal::stored(None),
            invalid: Signal::stored(false),
        },
    }
}

/// A one-line text field. `bind` keeps a signal and the field the same; `value` only fills it once.
#[component]
pub fn TextInput(
    #[prop(optional, into)] name: Option<String>,
    #[prop(default = "text")] r#type: &'static str,
    #[prop(optional, into)] value: Option<String>,
    #[prop(optional, into)] bind: Option<RwSignal<String>>,
    #[prop(optional, into)] placeholder: Option<TextProp>,
    #[prop(optional)] autocomplete: Option<&'static str>,
    #[prop(optional)] inputmode: Option<&'static str>,
    #[prop(optional)] maxlength: Option<u32>,
    #[prop(optional)] min: Option<&'static str>,
    #[prop(optional)] step: Option<&'static str>,
    #[prop(optional)] autofocus: bool,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional)] node_ref: NodeRef<html::Input>,
) -> impl IntoView {
    let Wiring {
        id,
        name,
        required,
        described_by,
        invalid,
    } = wire(name);
    let initial = bind.map(|signal| signal.get_untracked()).or(value);
    view! {
        <input
            node_ref=node_ref
            class=format!("{BOX} h-9")
            type=r#type
            id=id
            name=name
            value=initial
            prop:value=move || bind.map(|signal| signal.get())
            on:input=move |event| {
                if let Some(signal) = bind {
                    signal.set(event_target_value(&event));
                }
            }
            placeholder=move || placeholder.as_ref().map(TextProp::get)
            autocomplete=autocomplete
            inputmode=inputmode
            maxlength=maxlength
            min=min
            step=step
            autofocus=autofocus
            required=required
            disabled=move || disabled.get()
            aria-describedby=move || described_by.get()
            aria-invalid=move || invalid.get().then_some("true")
        />
    }
}

/// Text of several lines.
#[component]
pub fn TextArea(
    #[prop(optional, into)] name: Option<String>,
    #[prop(optional, into)] value: Option<String>,
    #[prop(optional, into)] bind: Option<RwSignal<String>>,
    #[prop(optional, into)] placeholder: Option<TextProp>,
    #[prop(default = 4)] rows: u32,
    #[prop(optional)] maxlength: Option<u32>,
    /// Code: fixed pitch, no spelling check.
    #[prop(optional)]
    code: bool,
    #[prop(optional, into)] disabled: Signal<bool>,
) -> impl IntoView {
    let Wiring {
        id,
        name,
        required,
        described_by,
        invalid,
    } = wire(name);
    let initial = bind
        .map(|signal| signal.get_untracked())
        .or(value)
        .unwrap_or_default();
    let face = if code { "font-mono text-[13px]" } else { "" };
    let filled = !initial.is_empty();
    let field = view! {
        <textarea
            class=format!("{BOX} py-2 leading-5 {face}")
            id=id
            name=name
            rows=rows
            maxlength=maxlength
            prop:value=move || bind.map(|signal| signal.get())
            on:input=move |event| {
                if let Some(signal) = bind {
                    signal.set(event_target_value(&event));
                }
            }
            placeholder=move || placeholder.as_ref().map(TextProp::get)
            spellcheck=code.then_some("false")
            required=required
            disabled=move || disabled.get()
            aria-describedby=move || described_by.get()
            aria-invalid=move || invalid.get().then_some("true")
        ></textarea>
    };
    // An empty text node would be written as a blank, which a text area shows.
    if filled {
        field.into_inner().child(initial).into_any()
    } else {
        field.into_any()
    }
}

/// A list to choose one from: the native control, which every reader knows and phones show well.
#[component]
pub fn Select(
    #[prop(optional, into)] name: Option<String>,
    /// Value and label of each choice.
    #[prop(into)]
    options: Signal<Vec<(String, String)>>,
    #[prop(optional, into)] value: Option<String>,
    #[prop(optional, into)] bind: Option<RwSignal<String>>,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional, into)] on_change: Option<Callback<String>>,
    /// Name for assistive technology where no `Field` is around it.
    #[prop(optional, into)]
    label: Option<TextProp>,
) -> impl IntoView {
    // Never `required`: something is always chosen, and where that is nothing, the server says what to choose.
    let Wiring {
        id,
        name,
        described_by,
        invalid,
        ..
    } = wire(name);
    let initial = value.unwrap_or_default();
    let current = move || bind.map_or_else(|| initial.clone(), |signal| signal.get());
    view! {
        <div class="relative min-w-0">
            <select
                class=format!("{BOX} h-9 appearance-none truncate pr-8")
                id=id
                name=name
                disabled=move || disabled.get()
                aria-label=move || label.as_ref().map(TextProp::get)
                aria-describedby=move || described_by.get()
                aria-invalid=move || invalid.get().then_some("true")
                on:change=move |event| {
                    let value = event_target_value(&event);
                    if let Some(signal) = bind {
                        signal.set(value.clone());
                    }
                    if let Some(callback) = on_change {
                        callback.run(value);
                    }
                }
            >
                {move || {
                    let current = current();
                    options
                        .get()
                        .into_iter()
                        .map(|(value, label)| {
                            let selected = value == current;
                            view! {
                                <option value=value selected=selected prop:selected=selected>
                                    {label}
                                </option>
                            }
                        })
                        .collect_view()
                }}
            </select>
            <Glyph
                icon=Icon::ChevronDown
                class="pointer-events-none absolute right-2.5 top-2.5 h-4 w-4 text-muted"
            />
        </div>
    }
}

/// The browser's own file field, keyboard and screen reader included.
#[component]
pub fn FileInput(
    #[prop(optional, into)] name: Option<String>,
    /// As in HTML: `.csv,text/csv`.
    #[prop(optional)]
    accept: Option<&'static str>,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional)] node_ref: NodeRef<html::Input>,
) -> impl IntoView {
    let Wiring {
        id,
        name,
        required,
        described_by,
        invalid,
    } = wire(name);
    view! {
        <input
            node_ref=node_ref
            type="file"
            class="w-full rounded-md border border-dashed border-line-strong bg-surface p-3 text-sm text-muted \
                  "
            id=id
            name=name
            accept=accept
            required=required
            disabled=move || disabled.get()
            aria-describedby=move || described_by.get()
            aria-invalid=move || invalid.get().then_some("true")
        />
    }
}

/// A search field for use inside a GET form; sends by Enter, without script too.
#[component]
pub fn SearchInput(
    #[prop(default = "q".to_owned(), into)] name: String,
    #[prop(into)] label: TextProp,
    #[prop(into)] value: Signal<String>,
    #[prop(optional, into)] on_input: Option<Callback<String>>,
    #[prop(optional)] node_ref: NodeRef<html::Input>,
) -> impl IntoView {
    let i18n = use_i18n();
    let initial = value.get_untracked();
    view! {
        <div class="relative w-full min-w-0">
            <Glyph icon=Icon::Search class="pointer-events-none absolute left-2.5 top-2.5 h-4 w-4 text-muted" />
            <input
                node_ref=node_ref
                type="search"
                class=format!("{BOX} h-9 pl-8")
                name=name
                value=initial
                prop:value=move || value.get()
                aria-label=move || label.get()
                placeholder=move || t_string!(i18n, common.search)
                autocomplete="off"
                on:input=move |event| {
                    if let Some(callback) = on_input {
                        callback.run(event_target_value(&event));
                    }
                }
            />
        </div>
    }
}
