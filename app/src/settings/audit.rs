//! Who did what, when: the unit's append-only log.

use super::acts::act_text;
use super::api::list_audit;
use super::frame::Frame;
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use types::audit::AuditEntry;

#[component]
pub(super) fn Audit() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let unit = here.key;
    let query = use_list_query(&["object"]);
    let rows = Resource::new(
        move || (unit.get(), query.get()),
        |(unit, query)| list_audit(unit, query),
    );
    let file = Signal::derive(move || format!("/files/audit/{}.csv", unit.get()));
    view! {
        <Frame current="audit">
            <div class="mb-4 flex flex-wrap items-start justify-between gap-4">
                <p class="max-w-2xl text-sm text-muted">{t!(i18n, settings.audit_text)}</p>
                <LinkButton icon=Icon::Download download=true href=file>
                    {t!(i18n, common.download_csv)}
                </LinkButton>
            </div>
            <DataTable
                caption=move || t_string!(i18n, settings.audit)
                query
                rows
                columns=columns()
                row_id=|row: &AuditEntry| row.id.to_string()
                search=move || t_string!(i18n, settings.audit_search)
                empty=move || {
                    view! {
                        <EmptyState
                            icon=Icon::Clock
                            title=move || t_string!(i18n, settings.audit_empty)
                            text=move || t_string!(i18n, settings.audit_text)
                        />
                    }
                }
            />
        </Frame>
    }
    .into_any()
}

/// What changed, in one line: the detail's names and values.
fn detail(entry: &AuditEntry) -> String {
    let Some(detail) = entry.detail.as_object() else {
        return String::new();
    };
    let shown = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    detail
        .iter()
        .map(|(name, value)| format!("{name}: {}", shown(value)))
        .collect::<Vec<_>>()
        .join(", ")
}

fn columns() -> Vec<Column<AuditEntry>> {
    let i18n = use_i18n();
    let address = ListAddress::here();
    vec![
        Column::new(
            move || t_string!(i18n, settings.audit_when),
            |row: &AuditEntry| {
                let at = row.at;
                view! { <span class="whitespace-nowrap"><Moment at /></span> }
            },
        ),
        Column::new(
            move || t_string!(i18n, settings.audit_who),
            |row: &AuditEntry| view! { {row.actor_name.clone()} },
        ),
        Column::new(
            move || t_string!(i18n, settings.audit_act),
            move |row: &AuditEntry| {
                let action = row.action.clone();
                view! { {move || act_text(i18n, &action)} }
            },
        ),
        Column::new(
            move || t_string!(i18n, settings.audit_object),
            move |row: &AuditEntry| {
                let name = if row.object_name.is_empty() {
                    row.object_kind.clone()
                } else {
                    row.object_name.clone()
                };
                match row.object_id {
                // All that happened to this thing.
                Some(id) => view! { <a class="text-accent underline" href=address.with("object", &id.to_string())>{name}</a> }.into_any(),
                None => view! { {name} }.into_any(),
            }
            },
        ),
        Column::new(
            move || t_string!(i18n, common.details),
            |row: &AuditEntry| {
                view! { <span class="text-[13px] break-words text-muted">{detail(row)}</span> }
            },
        )
        .wide_only(),
    ]
}
