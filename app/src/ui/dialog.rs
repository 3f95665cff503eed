//! Dialogs on the native `<dialog>`: the browser keeps focus inside, closes with Esc and gives focus back.

use super::badge::Tone;
use super::button::{Button, IconButton, Kind, Size};
use super::empty::Notice;
use super::error_text::error_text;
use super::icon::Icon;
use i18n::{t, t_string, use_i18n};
use leptos::{html, prelude::*};
use types::ApiError;

/// How wide a dialog may become.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Width {
    #[default]
    Narrow,
    Wide,
    /// Almost the whole window: previews.
    Full,
}

/// A modal dialog, open while `open` is true. Its content exists only while it is open.
#[component]
pub fn Dialog(
    /// Unique on the page.
    #[prop(into)]
    id: String,
    #[prop(into)] open: RwSignal<bool>,
    #[prop(into)] title: TextProp,
    children: ChildrenFn,
    /// Buttons at the bottom, the main one last.
    #[prop(optional, into)]
    footer: Option<ViewFn>,
    #[prop(optional)] width: Width,
) -> impl IntoView {
    let i18n = use_i18n();
    let node = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        if open.get() {
            if !dialog.open() {
                // Refused only when the dialog left the page meanwhile; then there is nothing to show.
                let _ = dialog.show_modal();
            }
        } else if dialog.open() {
            dialog.close();
        }
    });
    let width = match width {
        Width::Narrow => "max-w-md",
        Width::Wide => "max-w-2xl",
        Width::Full => "max-w-6xl",
    };
    let title_id = format!("{id}-title");
    let labelled = title_id.clone();
    view! {
        <dialog
            node_ref=node
            id=id
            class=format!(
                "m-auto max-h-[calc(100dvh-2rem)] w-[calc(100vw-2rem)] overflow-y-auto rounded-lg border border-line \
                 bg-raised p-0 text-ink shadow-2xl {width}",
            )
            aria-labelledby=labelled
            on:close=move |_| open.set(false)
        >
            <Show when=move || open.get()>
                <div class="flex items-center justify-between gap-4 border-b border-line py-3 pl-5 pr-3">
                    <h2 id=title_id.clone() class="text-base font-semibold">
                        {
                            let title = title.clone();
                            move || title.get()
                        }
                    </h2>
                    <IconButton
                        icon=Icon::Close
                        size=Size::Small
                        label=move || t_string!(i18n, common.close)
                        on_click=move |_| open.set(false)
                    />
                </div>
                <div class="px-5 py-4">{children()}</div>
                {footer
                    .clone()
                    .map(|footer| {
                        view! {
                            <div class="flex flex-wrap justify-end gap-2 border-t border-line bg-sunken px-5 py-3">
                                {footer.run()}
                            </div>
                        }
                    })}
            </Show>
        </dialog>
    }
}

/// Asks before something that cannot be taken back. `text` says exactly what will happen and to how many.
///
/// The button carries the verb (`confirm`), never "OK". It stays open, busy, until `busy` ends and `open` is cleared by the caller.
#[component]
pub fn ConfirmDialog(
    #[prop(into)] id: String,
    #[prop(into)] open: RwSignal<bool>,
    #[prop(into)] title: TextProp,
    #[prop(into)] text: TextProp,
    #[prop(into)] confirm: TextProp,
    #[prop(into)] on_confirm: Callback<()>,
    #[prop(optional, into)] busy: Signal<bool>,
    #[prop(optional, into)] error: Signal<Option<ApiError>>,
    /// An act that destroys nothing (send, approve) keeps the accent colour.
    #[prop(optional)]
    harmless: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let kind = if harmless { Kind::Primary } else { Kind::Danger };
    let footer = move || {
        let confirm = confirm.clone();
        view! {
            <Button disabled=busy on_click=move |_| open.set(false)>
                {t!(i18n, common.cancel)}
            </Button>
            <Button kind busy on_click=move |_| on_confirm.run(())>
                {move || confirm.get()}
            </Button>
        }
    };
    view! {
        <Dialog id open title footer>
            <div class="flex flex-col gap-3">
                <p>
                    {
                        let text = text.clone();
                        move || text.get()
                    }
                </p>
                {move || {
                    error
                        .get()
                        .map(|error| {
                            view! {
                                <Notice tone=Tone::Danger>
                                    {move || error_text(i18n.get_locale(), &error)}
                                </Notice>
                            }
                        })
                }}
            </div>
        </Dialog>
    }
}
