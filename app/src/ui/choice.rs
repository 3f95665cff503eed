//! Checkbox, switch and radio group.

use super::field::FieldContext;
use leptos::prelude::*;

/// A checkbox with its label beside it.
#[component]
pub fn Checkbox(
    #[prop(into)] name: String,
    #[prop(into)] label: TextProp,
    #[prop(optional, into)] hint: Option<TextProp>,
    #[prop(optional, into)] bind: Option<RwSignal<bool>>,
    #[prop(optional)] checked: bool,
    #[prop(optional, into)] value: Option<String>,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional, into)] on_change: Option<Callback<bool>>,
) -> impl IntoView {
    tick(name, label, hint, bind, checked, value, disabled, on_change, None)
}

/// A setting that takes effect at once. The same as a checkbox, with the role and the look of a switch.
#[component]
pub fn Switch(
    #[prop(into)] name: String,
    #[prop(into)] label: TextProp,
    #[prop(optional, into)] hint: Option<TextProp>,
    #[prop(optional, into)] bind: Option<RwSignal<bool>>,
    #[prop(optional)] checked: bool,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional, into)] on_change: Option<Callback<bool>>,
) -> impl IntoView {
    tick(
        name,
        label,
        hint,
        bind,
        checked,
        None,
        disabled,
        on_change,
        Some("switch"),
    )
}

#[expect(clippy::too_many_arguments, reason = "the shared body of two components")]
fn tick(
    name: String,
    label: TextProp,
    hint: Option<TextProp>,
    bind: Option<RwSignal<bool>>,
    checked: bool,
    value: Option<String>,
    disabled: Signal<bool>,
    on_change: Option<Callback<bool>>,
    role: Option<&'static str>,
) -> AnyView {
    let id = match &value {
        Some(value) => format!("field-{name}-{value}"),
        None => format!("field-{name}"),
    };
    let hint_id = format!("{id}-hint");
    let described_by = hint.is_some().then(|| hint_id.clone());
    let initial = bind.map_or(checked, |signal| signal.get_untracked());
    let look = if role.is_some() {
        ""
    } else {
        "mt-0.5 h-4 w-4 flex-none"
    };
    view! {
        <div class="flex items-start gap-2.5">
            <input
                type="checkbox"
                role=role
                class=look
                id=id.clone()
                name=name
                value=value.unwrap_or_else(|| "true".to_owned())
                checked=initial
                prop:checked=move || bind.map_or(initial, |signal| signal.get())
                disabled=move || disabled.get()
                aria-describedby=described_by
                on:change=move |event| {
                    let on = event_target_checked(&event);
                    if let Some(signal) = bind {
                        signal.set(on);
                    }
                    if let Some(callback) = on_change {
                        callback.run(on);
                    }
                }
            />
            <div class="min-w-0">
                <label r#for=id class="text-sm text-ink">
                    {move || label.get()}
                </label>
                {hint
                    .map(|hint| {
                        view! {
                            <p id=hint_id class="text-[13px] text-muted">
                                {move || hint.get()}
                            </p>
                        }
                    })}
            </div>
        </div>
    }
    .into_any()
}

/// One choice of a [`RadioGroup`].
#[derive(Clone)]
pub struct Choice {
    pub value: String,
    pub label: TextProp,
    pub hint: Option<TextProp>,
    pub disabled: bool,
}

impl Choice {
    pub fn new(value: impl Into<String>, label: impl Into<TextProp>) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
            hint: None,
            disabled: false,
        }
    }

    /// A line under the label.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<TextProp>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    #[must_use]
    pub fn disabled(mut self, disabled: bool) -> Self {
        self.disabled = disabled;
        self
    }
}

/// One of a few, all visible. A `fieldset` with its legend; the browser moves by arrow keys.
#[component]
pub fn RadioGroup(
    #[prop(into)] name: String,
    #[prop(into)] legend: TextProp,
    choices: Vec<Choice>,
    #[prop(into)] bind: RwSignal<String>,
    /// Each choice as a box of its own (for two to four weighty choices).
    #[prop(optional)]
    boxed: bool,
) -> impl IntoView {
    let field = use_context::<FieldContext>();
    let described_by = field.map(|field| field.described_by);
    let initial = bind.get_untracked();
    let rows = choices
        .into_iter()
        .map(
            |Choice {
                 value,
                 label,
                 hint,
                 disabled,
             }| {
                let id = format!("field-{name}-{value}");
                let hint_id = format!("{id}-hint");
                let selected = value == initial;
                let own = value.clone();
                let picked = value.clone();
                let frame = {
                    let own = value.clone();
                    move || match (boxed, bind.get() == own) {
                        (false, _) => "flex items-start gap-2.5",
                        (true, false) => {
                            "flex items-start gap-2.5 rounded-md border border-line bg-surface p-3"
                        }
                        (true, true) => {
                            "flex items-start gap-2.5 rounded-md border border-accent bg-accent-soft p-3"
                        }
                    }
                };
                view! {
                    <div class=frame>
                        <input
                            type="radio"
                            class="mt-0.5 h-4 w-4 flex-none"
                            id=id.clone()
                            name=name.clone()
                            value=value
                            checked=selected
                            prop:checked=move || bind.get() == own
                            disabled=disabled
                            aria-describedby=hint.is_some().then(|| hint_id.clone())
                            on:change=move |_| bind.set(picked.clone())
                        />
                        <div class="min-w-0">
                            <label r#for=id class="text-sm font-medium text-ink">
                                {move || label.get()}
                            </label>
                            {hint
                                .map(|hint| {
                                    view! {
                                        <p id=hint_id class="text-[13px] text-muted">
                                            {move || hint.get()}
                                        </p>
                                    }
                                })}
                        </div>
                    </div>
                }
            },
        )
        .collect_view();
    view! {
        <fieldset
            class="flex min-w-0 flex-col gap-2"
            aria-describedby=move || described_by.and_then(|ids| ids.get())
        >
            <legend class="mb-2 text-[13px] font-medium text-ink">{move || legend.get()}</legend>
            {rows}
        </fieldset>
    }
}
