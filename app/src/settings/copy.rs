//! A value to be copied: a secret, a command.

use crate::ui::*;
use i18n::{t_string, use_i18n};
use js_sys::{Function, Promise, Reflect};
use leptos::prelude::*;
use wasm_bindgen::prelude::*;

const BOX: &str = "w-full min-w-0 resize-none rounded-md border border-line-strong bg-sunken px-3 py-2 font-mono text-[13px] \
                   leading-5 text-ink";

/// A value that cannot be changed, with a button that copies it. What became of the copying is said beside it and not by
/// a toast, which a dialog would cover.
#[component]
pub(super) fn CopyField(
    /// Unique on the page.
    id: &'static str,
    #[prop(into)] label: TextProp,
    value: String,
    /// More than one: a field of so many lines.
    #[prop(default = 1)]
    rows: u32,
) -> impl IntoView {
    let i18n = use_i18n();
    let copied = RwSignal::new(None::<bool>);
    let name = label.clone();
    let shown = value.clone();
    let field = if rows > 1 {
        view! {
            <textarea id=id class=BOX rows=rows readonly=true spellcheck="false" prop:value=move || shown.clone()></textarea>
        }
        .into_any()
    } else {
        view! {
            <input id=id class=BOX type="text" readonly=true autocomplete="off" spellcheck="false" value=shown />
        }
        .into_any()
    };
    let outcome = move || match copied.get() {
        None => "",
        Some(true) => t_string!(i18n, common.copied),
        Some(false) => t_string!(i18n, settings.copy_refused),
    };
    view! {
        <div class="flex min-w-0 flex-col gap-1.5">
            <div class="relative flex flex-wrap items-center justify-between gap-2">
                <label r#for=id class="text-[13px] font-medium text-ink">
                    {move || label.get()}
                </label>
                <Button size=Size::Small icon=Icon::Copy on_click=move |_| copy(id, &value, copied)>
                    {move || t_string!(i18n, common.copy)}
                    <span class="sr-only">{move || name.get()}</span>
                </Button>
            </div>
            {field}
            <p role="status" class="text-[13px] text-muted">{outcome}</p>
        </div>
    }
    .into_any()
}

/// A button that copies a value which stands beside it; what became of it is said in a toast.
#[component]
pub(crate) fn CopyButton(
    /// What is copied, for those who do not see what the button stands beside.
    #[prop(into)]
    name: String,
    #[prop(into)] value: Signal<String>,
) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let refused = move || toasts.info(t_string!(i18n, sending.copy_refused));
    let copy = move |_| {
        let Some(written) = value.with_untracked(|it| write(it)) else {
            return refused();
        };
        let done = Closure::once_into_js(move |_: JsValue| toasts.success(t_string!(i18n, common.copied)));
        let failed = Closure::once_into_js(move |_: JsValue| refused());
        let then =
            Reflect::get(&written, &"then".into()).and_then(wasm_bindgen::JsCast::dyn_into::<Function>);
        if let Ok(then) = then {
            // A promise's own method does not throw.
            drop(then.call2(&written, &done, &failed));
        }
    };
    view! {
        <Button size=Size::Small icon=Icon::Copy on_click=copy>
            {move || t_string!(i18n, common.copy)}
            <span class="sr-only">{name}</span>
        </Button>
    }
    .into_any()
}

/// Puts the value of a field onto the clipboard; `copied` says whether that worked.
fn copy(id: &'static str, value: &str, copied: RwSignal<Option<bool>>) {
    // Empty first, so that a second copying is read out as well.
    copied.set(None);
    let Some(written) = write(value) else {
        copied.set(Some(copy_selected(id)));
        return;
    };
    let done = Closure::once_into_js(move |_: JsValue| {
        // The dialog may be closed by then.
        copied.try_set(Some(true));
    });
    let refused = Closure::once_into_js(move |_: JsValue| {
        copied.try_set(Some(copy_selected(id)));
    });
    let then = Reflect::get(&written, &"then".into()).and_then(wasm_bindgen::JsCast::dyn_into::<Function>);
    if let Ok(then) = then {
        // A promise's own method does not throw.
        drop(then.call2(&written, &done, &refused));
    }
}

/// The clipboard's own function; there is none where the page came over plain HTTP.
fn write(value: &str) -> Option<Promise> {
    let navigator = Reflect::get(&window(), &"navigator".into()).ok()?;
    let clipboard = Reflect::get(&navigator, &"clipboard".into()).ok()?;
    let function = Reflect::get(&clipboard, &"writeText".into())
        .ok()?
        .dyn_into::<Function>()
        .ok()?;
    let written = function.call1(&clipboard, &value.into()).ok()?;
    written.dyn_into::<Promise>().ok()
}

/// Selects the field, so that the reader can copy it, and tries the old way.
fn copy_selected(id: &str) -> bool {
    let Some(field) = document().get_element_by_id(id) else {
        return false;
    };
    for name in ["focus", "select"] {
        let method = Reflect::get(&field, &name.into()).and_then(wasm_bindgen::JsCast::dyn_into::<Function>);
        if let Ok(method) = method {
            // Neither throws on a text field.
            drop(method.call0(&field));
        }
    }
    let document = document();
    let command =
        Reflect::get(&document, &"execCommand".into()).and_then(wasm_bindgen::JsCast::dyn_into::<Function>);
    command.is_ok_and(|command| {
        command
            .call1(&document, &"copy".into())
            .is_ok_and(|it| it.is_truthy())
    })
}
