//! An import under way, and what came of it.

use super::api::{self, ImportView};
use super::words;
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use types::access::Permission;
use types::imports::{Import, ImportKind, ImportStatus, RowError};

#[component]
pub(super) fn Running(live: RwSignal<ImportView>, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let asking = RwSignal::new(false);
    let (id, kind) = live.with_untracked(|view| (view.import.id, view.import.kind));
    let stop = Action::new(move |(): &()| {
        let unit = here.key.get_untracked();
        async move { api::cancel_import(unit, id, kind).await }
    });
    let failed = Signal::derive(move || stop.value().get().and_then(Result::err));
    Effect::new(move |_| {
        if matches!(stop.value().get(), Some(Ok(()))) {
            asking.set(false);
            changed.run(());
        }
    });
    let pace = Memo::new(move |_| live.with(|view| view.import.pace().permille));
    let stopping = Memo::new(move |_| live.with(|view| view.import.cancel_requested));
    let phase = move || {
        live.with(|view| match view.import.status {
            ImportStatus::Running if view.import.rows_total.is_some() => {
                t_string!(i18n, audience.phase_writing)
            }
            ImportStatus::Running => t_string!(i18n, audience.phase_reading),
            _ => t_string!(i18n, audience.phase_queued),
        })
    };
    let figures = move || {
        let locale = i18n.get_locale();
        live.with(|view| {
            let pace = view.import.pace();
            let rows = number(locale, u64::try_from(view.import.rows_read).unwrap_or(0));
            let rate = number(locale, pace.rows_per_second);
            t_string!(i18n, audience.progress_line, rows = rows, rate = rate).to_string()
        })
    };
    let left = move || {
        let seconds = live.with(|view| view.import.pace().seconds_left)?;
        let left = duration(
            i18n.get_locale(),
            f64::from(u32::try_from(seconds).unwrap_or(u32::MAX)),
        );
        Some(t_string!(i18n, audience.time_left, left = left).to_string())
    };
    let may_stop = move || match kind {
        ImportKind::Contacts => here.may(Permission::ImportContacts),
        ImportKind::Suppressions => here.may(Permission::ManageSuppressions),
    };
    view! {
        <Card>
            <div class="flex flex-col gap-3">
                <div class="flex flex-wrap items-center justify-between gap-3">
                    <p class="font-medium" aria-live="polite">
                        {move || if stopping.get() { t_string!(i18n, audience.stopping) } else { phase() }}
                    </p>
                    <Show when=move || may_stop() && !stopping.get()>
                        <Button size=Size::Small icon=Icon::Stop on_click=move |_| asking.set(true)>{t!(i18n, audience.stop_import)}</Button>
                    </Show>
                </div>
                <ProgressLine
                    label=move || t_string!(i18n, audience.step_run)
                    done=Signal::derive(move || u64::from(pace.get()))
                    total=Signal::stored(1000)
                />
                <p class="flex flex-wrap justify-between gap-x-4 text-[13px] text-muted tabular-nums">
                    <span>{figures}</span>
                    <span>{left}</span>
                </p>
                <p class="text-[13px] text-muted">{t!(i18n, audience.may_leave)}</p>
            </div>
        </Card>
        <ConfirmDialog
            id="stop-import"
            open=asking
            title=move || t_string!(i18n, audience.stop_title)
            text=move || t_string!(i18n, audience.stop_text)
            confirm=move || t_string!(i18n, audience.stop_import)
            busy=stop.pending()
            error=failed
            on_confirm=Callback::new(move |()| {
                stop.dispatch(());
            })
        />
    }
    .into_any()
}

#[component]
pub(super) fn ImportResult(view: ImportView) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let ImportView { import, errors } = view;
    let download = format!(
        "/c-api/{}/imports/{}/errors.csv",
        here.key.get_untracked(),
        import.id
    );
    let people = here.href(&format!("/audience?import={}", import.id));
    let contacts = import.kind == ImportKind::Contacts;
    let remarks = import.remarks > 0;
    view! {
        <div class="flex flex-col gap-6">
            <Verdict import=import.clone() />
            <Figures import=import.clone() />
            <div class="flex flex-wrap gap-2">
                {remarks.then(|| view! {
                    <LinkButton href=Signal::stored(download) icon=Icon::Download download=true>{t!(i18n, audience.download_errors)}</LinkButton>
                })}
                {(contacts && import.rows_created > 0).then(|| view! {
                    <LinkButton href=Signal::stored(people) icon=Icon::Audience>{t!(i18n, audience.show_people)}</LinkButton>
                    <Undo import=import.clone() />
                })}
            </div>
            {(!errors.is_empty()).then(|| view! { <Errors errors title=move || t_string!(i18n, audience.errors_title) /> })}
        </div>
    }
    .into_any()
}

#[component]
fn Verdict(import: Import) -> impl IntoView {
    let i18n = use_i18n();
    match import.status {
        ImportStatus::Finished if import.rows_failed == 0 => {
            view! { <Notice tone=Tone::Success>{t!(i18n, audience.finished_notice)}</Notice> }.into_any()
        }
        ImportStatus::Finished => {
            view! { <Notice tone=Tone::Warning>{t!(i18n, audience.finished_with_errors)}</Notice> }.into_any()
        }
        ImportStatus::Cancelled => {
            view! { <Notice tone=Tone::Neutral>{t!(i18n, audience.cancelled_notice)}</Notice> }.into_any()
        }
        _ => {
            let code = import.failure.unwrap_or_default();
            view! { <Notice tone=Tone::Danger>{move || words::failure(i18n.get_locale(), &code)}</Notice> }
                .into_any()
        }
    }
}

#[component]
fn Figures(import: Import) -> impl IntoView {
    let i18n = use_i18n();
    let count = move |value: i64| move || number(i18n.get_locale(), u64::try_from(value).unwrap_or(0));
    let contacts = import.kind == ImportKind::Contacts;
    let topic = import.options.topic_id.is_some();
    view! {
        <div class="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
            <Stat label=move || t_string!(i18n, audience.rows_read) value=count(import.rows_read) />
            <Stat
                label=move || if contacts { t_string!(i18n, audience.rows_created) } else { t_string!(i18n, audience.rows_added) }
                value=count(import.rows_created)
            />
            {contacts.then(|| view! { <Stat label=move || t_string!(i18n, audience.rows_updated) value=count(import.rows_updated) /> })}
            <Stat label=move || t_string!(i18n, audience.rows_unchanged) value=count(import.rows_unchanged) />
            <Stat
                label=move || t_string!(i18n, audience.rows_duplicate)
                value=count(import.rows_duplicate)
                note=move || t_string!(i18n, audience.rows_duplicate_note)
            />
            <Stat label=move || t_string!(i18n, audience.rows_failed) value=count(import.rows_failed) />
            {topic.then(|| view! {
                <Stat label=move || t_string!(i18n, audience.rows_subscribed) value=count(import.rows_subscribed) />
                <Stat label=move || t_string!(i18n, audience.rows_kept_out) value=count(import.rows_kept_out) />
            })}
        </div>
    }
    .into_any()
}

#[component]
fn Undo(import: Import) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let toasts = use_toasts();
    let asking = RwSignal::new(false);
    let id = import.id;
    let count = u64::try_from(import.rows_created).unwrap_or(0);
    let undo = Action::new(move |(): &()| {
        let unit = here.key.get_untracked();
        async move { api::undo_import(unit, id).await }
    });
    let failed = Signal::derive(move || undo.value().get().and_then(Result::err));
    Effect::new(move |_| {
        if let Some(Ok(count)) = undo.value().get() {
            asking.set(false);
            toasts.success(t_string!(i18n, audience.removed, count = count).to_string());
        }
    });
    view! {
        <Show when=move || here.may(Permission::ManageContacts)>
            <Button kind=Kind::Quiet icon=Icon::Undo on_click=move |_| asking.set(true)>{t!(i18n, audience.undo_import)}</Button>
        </Show>
        <ConfirmDialog
            id="undo-import"
            open=asking
            title=move || t_string!(i18n, audience.undo_title)
            text=move || t_string!(i18n, audience.undo_text, count = count).to_string()
            confirm=move || t_string!(i18n, audience.undo_import)
            busy=undo.pending()
            error=failed
            on_confirm=Callback::new(move |()| {
                undo.dispatch(());
            })
        />
    }
    .into_any()
}

const HEAD: &str = "px-4 py-2 text-left text-xs font-medium text-muted";
const CELL: &str = "border-t border-line px-4 py-2 align-top";

/// Rows with problems, as a table.
#[component]
pub(super) fn Errors(errors: Vec<RowError>, #[prop(into)] title: TextProp) -> impl IntoView {
    let i18n = use_i18n();
    let caption = title.clone();
    let rows = errors
        .into_iter()
        .map(|error| {
            let problem = error.problem;
            let look = if problem.is_fatal() { "text-danger" } else { "text-warning" };
            view! {
                <tr>
                    <td class=format!("{CELL} tabular-nums")>{error.line}</td>
                    <td class=CELL>{error.column.clone()}</td>
                    <td class=format!("{CELL} {look}")>{move || words::row_problem(i18n.get_locale(), problem)}</td>
                    <td class=format!("{CELL} max-w-md break-words font-mono text-xs text-muted")>{error.raw.clone()}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <Card title=title flush=true>
            <div class="overflow-x-auto" tabindex="0" role="region" aria-label=move || t_string!(i18n, audience.errors_title)>
                <table class="w-full border-collapse text-sm">
                    <caption class="sr-only">{move || caption.get()}</caption>
                    <thead>
                        <tr>
                            <th scope="col" class=HEAD>{t!(i18n, audience.line)}</th>
                            <th scope="col" class=HEAD>{t!(i18n, audience.column)}</th>
                            <th scope="col" class=HEAD>{t!(i18n, audience.problem)}</th>
                            <th scope="col" class=HEAD>{t!(i18n, audience.row)}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </Card>
    }
    .into_any()
}
