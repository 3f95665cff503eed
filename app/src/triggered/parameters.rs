//! What calls give: each value with its name and kind, and how that compares with what the message says.

use super::words::kind_text;
use crate::messages::api::EditorData;
use crate::messages::editor::{Editing, variables};
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use serde_json::Value;
use types::messages::{Parameter, ParameterKind};
use wasm_bindgen::JsCast;

/// A parameter as it stands in the form. Copy it anywhere.
#[derive(Clone, Copy)]
struct Row {
    name: RwSignal<String>,
    kind: RwSignal<String>,
    required: RwSignal<bool>,
    default: RwSignal<String>,
    example: RwSignal<String>,
    description: RwSignal<String>,
}

impl Row {
    fn new(it: &Parameter) -> Self {
        let written = |value: &Option<Value>| match value {
            None => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        Self {
            name: RwSignal::new(it.name.clone()),
            kind: RwSignal::new(it.kind.as_str().to_owned()),
            required: RwSignal::new(it.required),
            default: RwSignal::new(written(&it.default)),
            example: RwSignal::new(written(&it.example)),
            description: RwSignal::new(it.description.clone()),
        }
    }

    fn kind(self) -> ParameterKind {
        self.kind.with(|it| it.parse()).unwrap_or(ParameterKind::Text)
    }

    fn parameter(self) -> Parameter {
        let kind = self.kind();
        Parameter {
            name: self.name.with(|it| it.trim().to_owned()),
            kind,
            required: self.required.get(),
            default: self.default.with(|it| value_of(kind, it)),
            example: self.example.with(|it| value_of(kind, it)),
            description: self.description.get(),
        }
    }
}

/// What is written in a field, as a value of the kind. What is none stays a text, which the server refuses with a word beside the field.
pub(super) fn value_of(kind: ParameterKind, text: &str) -> Option<Value> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return None;
    }
    let written = || Value::String(trimmed.to_owned());
    Some(match kind {
        ParameterKind::Text => Value::String(text.to_owned()),
        ParameterKind::Date | ParameterKind::DateTime => written(),
        ParameterKind::Number | ParameterKind::Boolean | ParameterKind::List | ParameterKind::Object => {
            serde_json::from_str(trimmed).unwrap_or_else(|_| written())
        }
    })
}

#[component]
pub(super) fn ParametersStep(data: StoredValue<EditorData>) -> impl IntoView {
    let i18n = use_i18n();
    let editing = expect_context::<Editing>();
    let start = editing
        .parameters
        .with_untracked(|it| it.iter().map(Row::new).collect::<Vec<_>>());
    let rows = RwSignal::new(start);
    let owner = StoredValue::new(Owner::current().unwrap_or_default());
    Effect::new(move |first: Option<()>| {
        let now: Vec<Parameter> = rows.with(|rows| rows.iter().map(|row| row.parameter()).collect());
        if first.is_some() && editing.parameters.with_untracked(|before| *before != now) {
            editing.parameters.set(now);
        }
    });
    let add = move |name: String| {
        let fresh = Parameter {
            name,
            kind: ParameterKind::Text,
            required: true,
            default: None,
            example: None,
            description: String::new(),
        };
        // Of this step, whichever part of it was pressed: the parts come and go.
        let row = owner.with_value(|owner| owner.with(|| Row::new(&fresh)));
        rows.update(|rows| rows.push(row));
        focus(rows.with_untracked(Vec::len) - 1);
    };
    let remove = Callback::new(move |at: usize| {
        rows.update(|rows| {
            if at < rows.len() {
                rows.remove(at);
            }
        });
        focus(at.saturating_sub(1));
    });
    let swap = Callback::new(move |(from, to): (usize, usize)| {
        rows.update(|rows| {
            if from < rows.len() && to < rows.len() {
                rows.swap(from, to);
            }
        });
        focus(to);
    });
    let declare = Callback::new(add);
    let drop_named = Callback::new(move |name: String| {
        rows.update(|rows| rows.retain(|row| row.name.with_untracked(|it| it.trim() != name)));
    });
    view! {
        <div class="flex max-w-4xl flex-col gap-6">
            <p class="max-w-prose text-muted">{t!(i18n, triggered.parameters_text)}</p>
            <Compared data declare drop_named />
            {move || {
                let list = rows.get();
                let count = list.len();
                if list.is_empty() {
                    return view! { <p class="rounded-md border border-dashed border-line-strong p-4 text-muted">{t!(i18n, triggered.no_parameters)}</p> }
                        .into_any();
                }
                let items = list
                    .into_iter()
                    .enumerate()
                    .map(|(at, row)| view! { <RowForm row at count remove swap /> })
                    .collect_view();
                view! { <ol class="flex flex-col gap-4" data-testid="parameters">{items}</ol> }.into_any()
            }}
            <div>
                <Button icon=Icon::Plus on_click=move |_| add(String::new())>{t!(i18n, triggered.add_parameter)}</Button>
            </div>
        </div>
    }
    .into_any()
}

/// Puts the cursor into the name of a row, once it is there.
fn focus(at: usize) {
    set_timeout(
        move || {
            let field = document().get_element_by_id(&format!("field-parameters-{at}-name"));
            if let Some(field) = field.and_then(|it| it.dyn_into::<web_sys::HtmlElement>().ok()) {
                // Focus can fail only on an element that left the page.
                let _ = field.focus();
            }
        },
        std::time::Duration::ZERO,
    );
}

#[component]
fn RowForm(
    row: Row,
    at: usize,
    count: usize,
    remove: Callback<usize>,
    swap: Callback<(usize, usize)>,
) -> impl IntoView {
    let i18n = use_i18n();
    let field = |name: &str| format!("parameters.{at}.{name}");
    let kinds = Signal::derive(move || {
        ParameterKind::ALL
            .iter()
            .map(|kind| (kind.as_str().to_owned(), kind_text(i18n, *kind).to_owned()))
            .collect::<Vec<_>>()
    });
    let title = move || {
        row.name.with(|it| {
            if it.is_empty() {
                (at + 1).to_string()
            } else {
                it.clone()
            }
        })
    };
    let default_hint = move || match row.kind() {
        ParameterKind::Text => t_string!(i18n, triggered.default_hint_text),
        ParameterKind::Number => t_string!(i18n, triggered.default_hint_number),
        ParameterKind::Boolean => t_string!(i18n, triggered.default_hint_boolean),
        ParameterKind::Date => t_string!(i18n, triggered.default_hint_date),
        ParameterKind::DateTime => t_string!(i18n, triggered.default_hint_date_time),
        ParameterKind::List => t_string!(i18n, triggered.default_hint_list),
        ParameterKind::Object => t_string!(i18n, triggered.default_hint_object),
    };
    view! {
        <li class="rounded-md border border-line bg-surface p-4">
            <div class="grid gap-4 sm:grid-cols-2">
                <Field name=field("name") label=move || t_string!(i18n, triggered.parameter_name) required=true>
                    <TextInput bind=row.name maxlength=60 autocomplete="off" />
                </Field>
                <Field name=field("kind") label=move || t_string!(i18n, triggered.parameter_kind) required=true>
                    <Select options=kinds bind=row.kind />
                </Field>
                <Field name=field("default") label=move || t_string!(i18n, triggered.parameter_default) hint=default_hint>
                    <TextInput bind=row.default />
                </Field>
                <Field name=field("example") label=move || t_string!(i18n, triggered.parameter_example) hint=move || t_string!(i18n, triggered.example_hint)>
                    <TextInput bind=row.example />
                </Field>
                <Field name=field("description") label=move || t_string!(i18n, triggered.parameter_description)>
                    <TextInput bind=row.description maxlength=500 />
                </Field>
            </div>
            <div class="mt-3 flex flex-wrap items-center justify-between gap-2">
                <Checkbox
                    name=format!("parameters-{at}-required")
                    label=move || t_string!(i18n, triggered.parameter_required)
                    bind=row.required
                />
                <div class="flex gap-1">
                    <IconButton
                        icon=Icon::ArrowUp
                        size=Size::Small
                        disabled={at == 0}
                        label=move || t_string!(i18n, triggered.move_up, name = title()).to_string()
                        on_click=move |_| swap.run((at, at.saturating_sub(1)))
                    />
                    <IconButton
                        icon=Icon::ArrowDown
                        size=Size::Small
                        disabled={at + 1 == count}
                        label=move || t_string!(i18n, triggered.move_down, name = title()).to_string()
                        on_click=move |_| swap.run((at, at + 1))
                    />
                    <IconButton
                        icon=Icon::Delete
                        size=Size::Small
                        label=move || t_string!(i18n, triggered.remove_parameter, name = title()).to_string()
                        on_click=move |_| remove.run(at)
                    />
                </div>
            </div>
        </li>
    }
    .into_any()
}

/// What the message says and calls do not give, and what calls give and the message does not say.
#[component]
fn Compared(
    data: StoredValue<EditorData>,
    declare: Callback<String>,
    drop_named: Callback<String>,
) -> impl IntoView {
    let i18n = use_i18n();
    let editing = expect_context::<Editing>();
    let used = Memo::new(move |_| variables(editing, data));
    let declared = move || {
        editing
            .parameters
            .with(|it| it.iter().map(|it| it.name.clone()).collect::<Vec<_>>())
    };
    let missing = move || {
        let declared = declared();
        used.get()
            .into_iter()
            .filter(|(name, _)| !declared.contains(name))
            .collect::<Vec<_>>()
    };
    let spare = move || {
        let used = used.get();
        declared()
            .into_iter()
            .filter(|name| !name.is_empty() && !used.iter().any(|(it, _)| it == name))
            .collect::<Vec<_>>()
    };
    move || {
        let (missing, spare) = (missing(), spare());
        let lines = missing
            .into_iter()
            .map(|(name, guarded)| {
                let declared = name.clone();
                let why = move || {
                    if guarded { t_string!(i18n, triggered.undeclared_guarded) } else { t_string!(i18n, triggered.undeclared) }
                };
                view! {
                    <li class="flex flex-wrap items-center justify-between gap-2 py-1.5">
                        <span><code class="text-[13px] font-medium">{name.clone()}</code> " " {why}</span>
                        <Button size=Size::Small icon=Icon::Plus on_click=move |_| declare.run(declared.clone())>
                            {t!(i18n, triggered.declare)} <span class="sr-only">" " {name}</span>
                        </Button>
                    </li>
                }
            })
            .collect_view();
        let unused = spare
            .into_iter()
            .map(|name| {
                let gone = name.clone();
                view! {
                    <li class="flex flex-wrap items-center justify-between gap-2 py-1.5">
                        <span><code class="text-[13px] font-medium">{name.clone()}</code> " " {t!(i18n, triggered.unused)}</span>
                        <Button size=Size::Small kind=Kind::Quiet icon=Icon::Delete on_click=move |_| drop_named.run(gone.clone())>
                            {t!(i18n, triggered.remove)} <span class="sr-only">" " {name}</span>
                        </Button>
                    </li>
                }
            })
            .collect_view();
        let nothing = lines.is_empty() && unused.is_empty();
        (!nothing).then(|| {
            view! {
                <Notice tone=Tone::Info title=move || t_string!(i18n, triggered.compared_title)>
                    <ul>{lines} {unused}</ul>
                </Notice>
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::value_of;
    use serde_json::json;
    use types::messages::ParameterKind::*;

    #[test]
    fn what_is_written_becomes_a_value_of_its_kind_or_stays_a_text() {
        assert_eq!(value_of(Text, " 7 "), Some(json!(" 7 ")));
        assert_eq!(value_of(Number, " 7 "), Some(json!(7)));
        assert_eq!(value_of(Number, "seven"), Some(json!("seven")));
        assert_eq!(value_of(Boolean, "true"), Some(json!(true)));
        assert_eq!(
            value_of(List, "[1, {\"a\": \"ą\"}]"),
            Some(json!([1, {"a": "ą"}]))
        );
        assert_eq!(value_of(Object, "{"), Some(json!("{")));
        assert_eq!(value_of(Date, " 2026-11-22"), Some(json!("2026-11-22")));
        assert_eq!(value_of(Text, "  "), None);
    }
}
