//! A small editor for rich text: bold, italic, headings, lists, links. What comes out, also what was pasted from Word, goes
//! through the renderer's allow-list at every change.

use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use js_sys::{Function, Reflect};
use leptos::html;
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, JsValue};

/// Calls the browser's own editing command; it keeps undo and selection right.
fn command(name: &str, value: Option<&str>) {
    let Some(document) = web_sys::window().and_then(|it| it.document()) else {
        return;
    };
    let call =
        Reflect::get(&document, &"execCommand".into()).and_then(wasm_bindgen::JsCast::dyn_into::<Function>);
    if let Ok(call) = call {
        // A refused command (nothing selected) changes nothing, which is right.
        drop(call.call3(
            &document,
            &name.into(),
            &false.into(),
            &value.unwrap_or_default().into(),
        ));
    }
}

/// Calls a method of a script object.
fn call(object: &JsValue, method: &str, argument: Option<&JsValue>) -> Option<JsValue> {
    let method = Reflect::get(object, &method.into())
        .ok()?
        .dyn_into::<Function>()
        .ok()?;
    match argument {
        Some(argument) => method.call1(object, argument),
        None => method.call0(object),
    }
    .ok()
}

fn selection() -> Option<JsValue> {
    let window = web_sys::window()?;
    call(&window, "getSelection", None).filter(|it| !it.is_null())
}

/// What is selected, to come back to after the address was typed elsewhere.
fn selected_range() -> Option<JsValue> {
    call(&selection()?, "getRangeAt", Some(&0.into()))
}

fn select_range(range: &JsValue) {
    if let Some(selection) = selection() {
        call(&selection, "removeAllRanges", None);
        call(&selection, "addRange", Some(range));
    }
}

#[component]
pub(super) fn RichText(
    #[prop(into)] name: String,
    label: Signal<String>,
    initial: String,
    change: Callback<String>,
    required: bool,
    error: Signal<Option<String>>,
    disabled: Signal<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let id = format!("field-{}", name.replace('.', "-"));
    let (label_id, error_id) = (format!("{id}-label"), format!("{id}-error"));
    let node = NodeRef::<html::Div>::new();
    let linking = RwSignal::new(false);
    let address = RwSignal::new(String::from("https://"));
    let link_dialog = format!("{id}-link");
    let initial = render::clean_rich_text(&initial);
    let told = StoredValue::new(false);
    // Set once from the script: a view that renders this again would take the cursor away.
    Effect::new({
        let initial = initial.clone();
        move |_| {
            if let Some(area) = node.get()
                && !told.get_value()
            {
                told.set_value(true);
                area.set_inner_html(&initial);
            }
        }
    });
    let read = move || {
        // A browser also says that the field has lost the focus when it is taken away with its page.
        if let Some(Some(area)) = node.try_get_untracked() {
            change.run(render::clean_rich_text(&area.inner_html()));
        }
    };
    let act = move |name: &'static str, value: Option<&'static str>| {
        if let Some(area) = node.get_untracked() {
            drop(area.focus());
        }
        command(name, value);
        read();
    };
    let paste = move |event: leptos::ev::Event| {
        // What the clipboard has as HTML is cleaned before it gets into the page.
        let data = Reflect::get(&event, &"clipboardData".into()).ok();
        let get = data.as_ref().and_then(|it| {
            Reflect::get(it, &"getData".into())
                .ok()?
                .dyn_into::<Function>()
                .ok()
        });
        let (Some(data), Some(get)) = (data, get) else {
            return;
        };
        let html = get
            .call1(&data, &"text/html".into())
            .ok()
            .and_then(|it| it.as_string())
            .unwrap_or_default();
        if html.is_empty() {
            return;
        }
        event.prevent_default();
        command("insertHTML", Some(&render::clean_rich_text(&html)));
        read();
    };
    // A value of the browser, in a wrapper that only the browser makes: a local one would be made on the server too, where
    // another thread may clear it away, which is a panic.
    let range = StoredValue::new(None::<SendWrapper<JsValue>>);
    let add_link = move || {
        linking.set(false);
        if let Some(area) = node.get_untracked() {
            drop(area.focus());
        }
        range.with_value(|it| it.as_ref().map(|it| select_range(it)));
        command("createLink", Some(&address.get_untracked()));
        read();
    };
    let tool =
        move |text: &'static str, name: TextProp, command: &'static str, value: Option<&'static str>| {
            let title = name.clone();
            view! {
                <button
                    type="button"
                    class="h-7 min-w-7 rounded-sm px-1.5 text-sm text-ink hover:bg-hover disabled:opacity-50"
                    aria-label=move || name.get()
                    title=move || title.get()
                    disabled=move || disabled.get()
                    on:mousedown=|event| event.prevent_default()
                    on:click=move |_| act(command, value)
                >
                    <span aria-hidden="true">{text}</span>
                </button>
            }
        };
    view! {
        <div class="flex flex-col gap-1">
            <span id=label_id.clone() class="text-sm font-medium">
                {move || label.get()}
                {(!required).then(|| view! { <span class="ml-1.5 font-normal text-muted">"(" {t!(i18n, common.optional)} ")"</span> })}
            </span>
            <div class="rounded-md border border-line-strong bg-surface">
                <div role="toolbar" aria-labelledby=label_id.clone() class="flex flex-wrap gap-0.5 border-b border-line p-1">
                    {tool("B", TextProp::from(move || t_string!(i18n, content.bold)), "bold", None)}
                    {tool("I", TextProp::from(move || t_string!(i18n, content.italic)), "italic", None)}
                    {tool("H", TextProp::from(move || t_string!(i18n, content.heading)), "formatBlock", Some("h2"))}
                    {tool("¶", TextProp::from(move || t_string!(i18n, content.paragraph)), "formatBlock", Some("p"))}
                    {tool("•", TextProp::from(move || t_string!(i18n, content.bullets)), "insertUnorderedList", None)}
                    {tool("№", TextProp::from(move || t_string!(i18n, content.numbers)), "insertOrderedList", None)}
                    <button
                        type="button"
                        class="h-7 min-w-7 rounded-sm px-1.5 text-sm text-ink underline hover:bg-hover disabled:opacity-50"
                        disabled=move || disabled.get()
                        on:mousedown=|event| event.prevent_default()
                        on:click=move |_| {
                            range.set_value(selected_range().map(SendWrapper::new));
                            linking.update(|it| *it = !*it);
                        }
                    >
                        {move || t_string!(i18n, content.link)}
                    </button>
                    {tool("⌫", TextProp::from(move || t_string!(i18n, content.clear_format)), "removeFormat", None)}
                </div>
                {move || {
                    linking
                        .get()
                        .then(|| {
                            view! {
                                <div class="flex items-end gap-2 border-b border-line p-2">
                                    <div class="min-w-0 flex-1">
                                        <Field name=link_dialog.clone() label=move || t_string!(i18n, content.link_address)>
                                            <TextInput bind=address inputmode="url" />
                                        </Field>
                                    </div>
                                    <Button size=Size::Small on_mousedown=|event: leptos::ev::MouseEvent| event.prevent_default() on_click=move |_| add_link()>
                                        {move || t_string!(i18n, content.add_link)}
                                    </Button>
                                </div>
                            }
                        })
                }}
                <div
                    node_ref=node
                    id=id
                    role="textbox"
                    aria-multiline="true"
                    aria-labelledby=label_id
                    aria-describedby=error_id.clone()
                    aria-required=required.then_some("true")
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    contenteditable=move || if disabled.get() { "false" } else { "true" }
                    tabindex="0"
                    class="prose prose-sm min-h-28 max-w-none p-3 text-sm text-ink"
                    on:input=move |_| read()
                    on:blur=move |_| read()
                    on:paste=move |event| paste(event.into())
                ></div>
            </div>
            <p id=error_id class="text-[13px] text-danger" aria-live="polite">{move || error.get()}</p>
        </div>
    }
    .into_any()
}
