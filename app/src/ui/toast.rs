//! Short messages about what has just happened.

use super::badge::Tone;
use super::error_text::error_text;
use super::icon::{Glyph, Icon};
use i18n::{t_string, use_i18n};
use leptos::prelude::*;
use std::time::Duration;
use types::ApiError;

/// How long a toast stays; one with an act to take stays longer.
const STAY: Duration = Duration::from_secs(6);
const STAY_WITH_ACT: Duration = Duration::from_secs(12);

#[derive(Clone)]
struct Toast {
    id: u32,
    tone: Tone,
    text: String,
    act: Option<(String, Callback<()>)>,
}

/// The toasts of this console; get it with [`use_toasts`].
#[derive(Clone, Copy)]
pub struct Toasts {
    list: RwSignal<Vec<Toast>>,
    next: StoredValue<u32>,
}

impl Toasts {
    /// Something went as wished.
    pub fn success(self, text: impl Into<String>) {
        self.push(Tone::Success, text.into(), None);
    }

    /// Something to know.
    pub fn info(self, text: impl Into<String>) {
        self.push(Tone::Info, text.into(), None);
    }

    /// Something failed, in the reader's words.
    pub fn error(self, locale: i18n::Locale, error: &ApiError) {
        self.push(Tone::Danger, error_text(locale, error), None);
    }

    /// Done, and can be undone: `label` names the act.
    pub fn undoable(self, text: impl Into<String>, label: impl Into<String>, undo: Callback<()>) {
        self.push(Tone::Success, text.into(), Some((label.into(), undo)));
    }

    fn push(self, tone: Tone, text: String, act: Option<(String, Callback<()>)>) {
        let id = self.next.try_update_value(|next| {
            *next = next.wrapping_add(1);
            *next
        });
        let Some(id) = id else { return };
        let stay = if act.is_some() { STAY_WITH_ACT } else { STAY };
        self.list.update(|list| list.push(Toast { id, tone, text, act }));
        set_timeout(move || self.dismiss(id), stay);
    }

    fn dismiss(self, id: u32) {
        // The region may be gone with the page by then.
        let _ = self.list.try_update(|list| list.retain(|toast| toast.id != id));
    }
}

/// Makes the console's toasts; once, above the routes.
pub fn provide_toasts() -> Toasts {
    let toasts = Toasts {
        list: RwSignal::new(Vec::new()),
        next: StoredValue::new(0),
    };
    provide_context(toasts);
    toasts
}

/// The toasts; outside the console (a test, a page without the frame) they go nowhere.
#[must_use]
pub fn use_toasts() -> Toasts {
    use_context().unwrap_or_else(provide_toasts)
}

/// Where toasts appear and are read out. Once, in the frame.
#[component]
pub fn ToastRegion() -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    view! {
        <div
            role="status"
            aria-live="polite"
            aria-atomic="false"
            data-noprint=""
            class="pointer-events-none fixed inset-x-4 bottom-4 z-50 flex flex-col items-center gap-2 sm:left-auto sm:items-end"
        >
            <For each=move || toasts.list.get() key=|toast| toast.id let:toast>
                <div class="pointer-events-auto flex w-full max-w-sm items-start gap-3 rounded-md border border-line bg-raised p-3 shadow-xl">
                    <span class=toast.tone.text()>
                        <Glyph
                            icon=match toast.tone {
                                Tone::Danger => Icon::Error,
                                Tone::Success => Icon::Done,
                                _ => Icon::Info,
                            }
                            class="mt-0.5 h-4 w-4 flex-none"
                        />
                    </span>
                    <p class="min-w-0 flex-1 break-words">{toast.text.clone()}</p>
                    {toast
                        .act
                        .clone()
                        .map(|(label, act)| {
                            view! {
                                <button
                                    type="button"
                                    class="flex-none rounded-sm font-medium text-accent hover:underline"
                                    on:click=move |_| {
                                        act.run(());
                                        toasts.dismiss(toast.id);
                                    }
                                >
                                    {label}
                                </button>
                            }
                        })}
                    <button
                        type="button"
                        class="flex-none rounded-sm text-muted hover:text-ink"
                        aria-label=move || t_string!(i18n, common.close)
                        on:click=move |_| toasts.dismiss(toast.id)
                    >
                        <Glyph icon=Icon::Close class="mt-0.5 h-4 w-4 flex-none" />
                    </button>
                </div>
            </For>
        </div>
    }
}
