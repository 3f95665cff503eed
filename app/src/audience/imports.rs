//! Imports so far, and one import from its columns to its result.

use super::api::{self, ImportView};
use super::import_map::Mapping;
use super::import_run::{ImportResult, Running};
use super::{AudienceTabs, refused, words};
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use types::ImportId;
use types::access::Permission;
use types::imports::{Import, ImportKind, ImportStatus};

/// Pause between two looks at a running import, in milliseconds.
const LOOK: u32 = 1_000;

#[component]
pub(super) fn Imports() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let query = use_list_query(&["kind"]);
    let rows = Resource::new(
        move || (here.key.get(), query.get()),
        |(unit, query)| api::imports(unit, query),
    );
    let kinds = move || {
        let locale = i18n.get_locale();
        ImportKind::ALL
            .iter()
            .map(|kind| (kind.as_str().to_owned(), words::import_kind(locale, *kind)))
            .collect::<Vec<_>>()
    };
    view! {
        <Title text=move || t_string!(i18n, audience.imports).to_string() />
        <PageHeader
            title=move || t_string!(i18n, audience.title)
            text=move || t_string!(i18n, audience.imports_text)
            actions=move || view! { <NewImportLink /> }
        />
        <AudienceTabs selected="imports" />
        <DataTable
            caption=move || t_string!(i18n, audience.imports)
            query
            rows
            columns=columns()
            row_id=|row: &Import| row.id.to_string()
            filters=move || view! { <FilterSelect key="kind" label=move || t_string!(i18n, audience.kind) options=Signal::derive(kinds) /> }
            empty=move || {
                view! {
                    <EmptyState
                        icon=Icon::Upload
                        title=move || t_string!(i18n, audience.empty_imports_title)
                        text=move || t_string!(i18n, audience.empty_people_text)
                    >
                        <NewImportLink />
                    </EmptyState>
                }
            }
        />
    }
    .into_any()
}

#[component]
fn NewImportLink() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    view! {
        <Show when=move || here.may(Permission::ImportContacts)>
            <LinkButton href=Signal::derive(move || here.href("/audience/imports/new")) kind=Kind::Primary icon=Icon::Upload>
                {t!(i18n, audience.import_people)}
            </LinkButton>
        </Show>
    }
    .into_any()
}

fn columns() -> Vec<Column<Import>> {
    let i18n = use_i18n();
    let here = use_here();
    let count = move |value: i64| number(i18n.get_locale(), u64::try_from(value).unwrap_or(0));
    vec![
        Column::new(
            move || t_string!(i18n, audience.step_file),
            move |row: &Import| {
                let path = format!("/audience/imports/{}", row.id);
                view! { <a href=move || here.href(&path) class="font-medium text-ink">{row.file_name.clone()}</a> }
            },
        ),
        Column::new(
            move || t_string!(i18n, audience.kind),
            move |row: &Import| {
                let kind = row.kind;
                move || words::import_kind(i18n.get_locale(), kind)
            },
        )
        .wide_only(),
        Column::new(
            move || t_string!(i18n, common.status),
            move |row: &Import| {
                let status = row.status;
                let tone = words::import_status(i18n.get_locale_untracked(), status).1;
                view! { <Badge text=move || words::import_status(i18n.get_locale(), status).0 tone /> }
            },
        ),
        Column::new(
            move || t_string!(i18n, audience.rows_read),
            move |row: &Import| {
                let value = row.rows_read;
                move || count(value)
            },
        )
        .figures(),
        Column::new(
            move || t_string!(i18n, audience.rows_failed),
            move |row: &Import| {
                let value = row.rows_failed;
                move || count(value)
            },
        )
        .figures()
        .wide_only(),
        Column::new(
            move || t_string!(i18n, audience.col_when),
            |row: &Import| view! { <Moment at=row.created_at /> },
        ),
    ]
}

/// Where one is on the way through an import.
#[component]
pub(super) fn Steps(at: usize) -> impl IntoView {
    let i18n = use_i18n();
    let steps = move || {
        let labels: [TextProp; 3] = [
            t_string!(i18n, audience.step_file).into(),
            t_string!(i18n, audience.step_columns).into(),
            t_string!(i18n, audience.step_run).into(),
        ];
        labels
            .into_iter()
            .enumerate()
            .map(|(n, label)| Step {
                label,
                summary: "".into(),
                href: String::new(),
                state: match n.cmp(&at) {
                    std::cmp::Ordering::Less => StepState::Done,
                    std::cmp::Ordering::Equal => StepState::Current,
                    std::cmp::Ordering::Greater => StepState::Open,
                },
            })
            .collect::<Vec<_>>()
    };
    let line = move || {
        steps()
            .into_iter()
            .enumerate()
            .map(|(n, step)| {
                let (look, current) = match step.state {
                    StepState::Current => ("border-accent text-ink font-medium", Some("step")),
                    StepState::Done => ("border-success text-muted", None),
                    _ => ("border-line text-muted", None),
                };
                view! {
                    <li class=format!("flex-1 border-t-2 pt-2 text-[13px] {look}") aria-current=current>
                        {n + 1} ". " {step.label.get()}
                    </li>
                }
            })
            .collect_view()
    };
    view! { <ol class="mb-6 flex max-w-2xl gap-2" aria-label=move || t_string!(i18n, audience.import_steps)>{line}</ol> }.into_any()
}

#[component]
pub(super) fn ImportDetail() -> impl IntoView {
    let here = use_here();
    let params = use_params_map();
    let id =
        Memo::new(move |_| params.with(|params| params.get("id").and_then(|id| id.parse::<ImportId>().ok())));
    let import = Resource::new(
        move || (here.key.get(), id.get()),
        |(unit, id)| async move {
            match id {
                Some(id) => api::import_state(unit, id).await,
                None => Err(types::ApiError::new(types::Code::NotFound)),
            }
        },
    );
    view! {
        <Suspense fallback=|| view! { <SkeletonRows rows=8 /> }>
            {move || import.get().map(|answer| match answer {
                Ok(first) => view! { <Live first /> }.into_any(),
                Err(error) => refused(&error),
            })}
        </Suspense>
    }
    .into_any()
}

/// The import as it is now: looked at again every second while something is going on, so that a reload or another
/// window shows the same.
#[component]
fn Live(first: ImportView) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let id = first.import.id;
    let kind = first.import.kind;
    let file_name = first.import.file_name.clone();
    let live = RwSignal::new(first);
    let status = Memo::new(move |_| live.with(|view| view.import.status));
    let is_moving = |status: ImportStatus| {
        matches!(
            status,
            ImportStatus::Queued | ImportStatus::Running | ImportStatus::Uploading
        )
    };
    let refresh = Callback::new(move |()| {
        let unit = here.key.get_untracked();
        leptos::task::spawn_local(async move {
            if let Ok(view) = api::import_state(unit, id).await {
                live.try_set(view);
            }
        });
    });
    let gone = Arc::new(AtomicBool::new(false));
    on_cleanup({
        let gone = gone.clone();
        move || gone.store(true, Ordering::Relaxed)
    });
    Effect::new(move |_| {
        if !is_moving(status.get()) {
            return;
        }
        let unit = here.key.get_untracked();
        let gone = gone.clone();
        leptos::task::spawn_local(async move {
            loop {
                gloo_timers::future::TimeoutFuture::new(LOOK).await;
                if gone.load(Ordering::Relaxed) {
                    return;
                }
                // A look that fails is tried again: the network comes back, and the import does not mind.
                if let Ok(view) = api::import_state(unit.clone(), id).await {
                    let moving = is_moving(view.import.status);
                    if live.try_set(view).is_some() || !moving {
                        return;
                    }
                }
            }
        });
    });
    let tone = move || words::import_status(i18n.get_locale(), status.get()).1;
    let (title, heading) = (file_name.clone(), file_name.clone());
    view! {
        <Title text=title />
        <Breadcrumb crumbs=vec![
            Crumb::new(move || t_string!(i18n, audience.imports), here.href("/audience/imports")),
            Crumb::here(file_name),
        ] />
        <PageHeader
            title=heading
            badge=move || view! {
                {move || view! { <Badge text=words::import_status(i18n.get_locale(), status.get()).0 tone=tone() /> }}
            }
        />
        {move || match status.get() {
            ImportStatus::Uploaded => view! {
                <Steps at=1 />
                <Mapping id kind options=live.with_untracked(|view| view.import.options.clone()) changed=refresh />
            }.into_any(),
            status if is_moving(status) => view! { <Steps at=2 /> <Running live changed=refresh /> }.into_any(),
            _ => view! { <ImportResult view=live.get_untracked() /> }.into_any(),
        }}
    }
    .into_any()
}
