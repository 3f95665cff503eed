//! What runs now, at the top of every page.

use super::api;
use super::here::use_here;
use crate::ui::{EmptyState, Glyph, Icon, Menu, ProgressLine, number};
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use std::time::Duration;
use types::reports::{RunningTask, TaskKind};

/// How often to ask while something runs, and while nothing does.
const BUSY: Duration = Duration::from_secs(3);
const IDLE: Duration = Duration::from_secs(30);

/// Sends and imports under way with their progress; asks only while the window is visible.
#[component]
pub(super) fn RunningIndicator() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let tasks = RwSignal::new(Vec::<RunningTask>::new());
    let asked = RwSignal::new(0_u32);
    let ask = Action::new(move |unit: &String| api::running(unit.clone()));
    let answer = ask.value();
    let wait = StoredValue::new(None::<TimeoutHandle>);
    let ask_in = move |pause: Duration| {
        if let Some(handle) = wait.get_value() {
            handle.clear();
        }
        let again = move || {
            let _ = asked.try_update(|count| *count = count.wrapping_add(1));
        };
        wait.set_value(set_timeout_with_handle(again, pause).ok());
    };
    // Every answer sets the next question; a change of unit asks at once, a hidden window later.
    Effect::new(move |_| {
        asked.track();
        let unit = here.key.get();
        if here.unit.with_untracked(Option::is_some) && !document().hidden() {
            ask.dispatch(unit);
        } else {
            ask_in(IDLE);
        }
    });
    Effect::new(move |_| match answer.get() {
        Some(Ok(found)) => {
            ask_in(if found.is_empty() { IDLE } else { BUSY });
            tasks.set(found);
        }
        // Signed out or offline: the page itself says so when it is used.
        Some(Err(_)) => ask_in(IDLE),
        None => {}
    });
    on_cleanup(move || {
        if let Some(handle) = wait.try_get_value().flatten() {
            handle.clear();
        }
    });
    let count = move || tasks.with(Vec::len);
    let face = move || {
        view! {
            <Glyph icon=Icon::Activity />
            {move || {
                (count() > 0)
                    .then(|| view! { <span class="text-xs font-semibold text-accent tabular-nums">{count()}</span> })
            }}
        }
    };
    view! {
        <Menu
            label=move || format!("{} ({})", t_string!(i18n, common.running), count())
            face=face
            class="inline-flex h-9 min-w-9 items-center justify-center gap-1.5 rounded-md px-2 text-muted hover:bg-hover hover:text-ink"
        >
            <div class="w-80 max-w-full">
                {move || {
                    let tasks = tasks.get();
                    if tasks.is_empty() {
                        return view! {
                            <EmptyState
                                icon=Icon::Activity
                                title=move || t_string!(i18n, common.running_none)
                                text=move || t_string!(i18n, common.running_none_hint)
                            />
                        }
                            .into_any();
                    }
                    view! {
                        <p class="px-2.5 pt-2 pb-1 text-xs font-medium text-muted">{t!(i18n, common.running)}</p>
                        {tasks.into_iter().map(|task| view! { <Task task /> }).collect_view()}
                    }
                        .into_any()
                }}
            </div>
        </Menu>
    }
}

#[component]
fn Task(task: RunningTask) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let RunningTask {
        kind,
        id,
        name,
        done,
        total,
        paused,
        ..
    } = task;
    let (icon, href) = match kind {
        TaskKind::Send if paused => (Icon::Pause, here.href(&format!("/messages/{id}"))),
        TaskKind::Send => (Icon::Send, here.href(&format!("/messages/{id}"))),
        TaskKind::Import => (Icon::Upload, here.href(&format!("/audience/imports/{id}"))),
    };
    let label = name.clone();
    view! {
        <a href=href class="flex flex-col gap-1.5 rounded-sm px-2.5 py-2 text-ink no-underline hover:bg-hover">
            <span class="flex items-center gap-2">
                <Glyph icon class="h-4 w-4 flex-none text-muted" />
                <span class="min-w-0 flex-1 truncate">{name}</span>
                <span class="flex-none text-[13px] text-muted tabular-nums">
                    {move || {
                        let locale = i18n.get_locale();
                        if total == 0 { number(locale, done) } else { format!("{} / {}", number(locale, done), number(locale, total)) }
                    }}
                </span>
            </span>
            <ProgressLine label=label done=done total=total />
        </a>
    }
}
