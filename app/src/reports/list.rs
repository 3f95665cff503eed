//! All reports, with their rates side by side.

use super::api::list_reports;
use super::compare::Comparison;
use super::words::{StateBadge, state_text};
use crate::layout::use_here;
use crate::ui::chart::Sparkline;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use std::collections::BTreeSet;
use types::reports::ReportSummary;

/// How many can be compared at once.
const COMPARED: std::ops::RangeInclusive<usize> = 2..=6;

#[component]
pub(super) fn List() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let unit = here.key;
    let query = use_list_query(&["state"]);
    let rows = Resource::new(
        move || (unit.get(), query.get()),
        |(unit, query)| list_reports(unit, query),
    );
    let selected = RwSignal::new(BTreeSet::<String>::new());
    let address = ListAddress::here();
    let navigate = StoredValue::new(use_navigate());
    let compare = move |_| {
        let ids = selected.with_untracked(|chosen| chosen.iter().cloned().collect::<Vec<_>>().join(","));
        navigate.with_value(|navigate| navigate(&address.with("compare", &ids), NavigateOptions::default()));
        selected.set(BTreeSet::new());
    };
    let bulk = move || {
        let right = Signal::derive(move || !selected.with(|chosen| COMPARED.contains(&chosen.len())));
        view! {
            <Button size=Size::Small icon=Icon::Reports disabled=right on_click=compare>
                {t!(i18n, reports.compare)}
            </Button>
            <span class="text-[13px] text-muted">{move || right.get().then(|| t_string!(i18n, reports.compare_hint))}</span>
        }
    };
    let states = Signal::derive(move || {
        ["sending", "paused", "finished", "cancelled"]
            .map(|state| (state.to_owned(), state_text(i18n, state).to_owned()))
            .to_vec()
    });
    view! {
        <Title text=move || t_string!(i18n, reports.title).to_string() />
        <PageHeader title=move || t_string!(i18n, reports.title) text=move || t_string!(i18n, reports.subtitle) />
        <Comparison />
        <DataTable
            caption=move || t_string!(i18n, reports.title)
            query
            rows
            columns=columns()
            row_id=|row: &ReportSummary| row.campaign_id.to_string()
            row_name=|row: &ReportSummary| row.name.clone()
            search=move || t_string!(i18n, reports.search)
            filters=move || view! { <FilterSelect key="state" label=move || t_string!(i18n, reports.state) options=states /> }
            selected
            bulk
            empty=move || {
                view! {
                    <EmptyState
                        icon=Icon::Reports
                        title=move || t_string!(i18n, reports.empty_title)
                        text=move || t_string!(i18n, reports.empty_text)
                    >
                        <LinkButton kind=Kind::Primary href=Signal::derive(move || here.href("/messages"))>
                            {t!(i18n, reports.to_messages)}
                        </LinkButton>
                    </EmptyState>
                }
            }
        />
    }
    .into_any()
}

fn columns() -> Vec<Column<ReportSummary>> {
    let i18n = use_i18n();
    let here = use_here();
    let rate = move |count: u64, of: u64| {
        view! {
            <span class="block">{move || percent(i18n.get_locale(), count as f64 / of as f64)}</span>
            <span class="block text-[13px] text-muted">{move || number(i18n.get_locale(), count)}</span>
        }
    };
    vec![
        Column::new(move || t_string!(i18n, reports.col_name), move |row: &ReportSummary| {
            let href = here.href(&format!("/reports/{}", row.campaign_id));
            let at = row.started_at;
            view! {
                <a href=href class="font-medium text-ink no-underline hover:underline">{row.name.clone()}</a>
                <span class="block text-[13px] text-muted">
                    <Moment at style=TimeStyle::Date />
                </span>
            }
        }),
        Column::new(
            move || t_string!(i18n, reports.col_state),
            |row: &ReportSummary| view! { <StateBadge state=row.state.clone() /> },
        )
        .wide_only(),
        Column::new(move || t_string!(i18n, reports.col_sent), move |row: &ReportSummary| {
            let sent = row.counts.sent;
            view! { {move || number(i18n.get_locale(), sent)} }
        })
        .figures()
        .wide_only(),
        Column::new(move || t_string!(i18n, reports.col_delivered), move |row: &ReportSummary| {
            rate(row.counts.delivered, row.counts.audience)
        })
        .figures()
        .wide_only(),
        Column::new(move || t_string!(i18n, reports.col_opened), move |row: &ReportSummary| {
            rate(row.counts.opened, row.counts.delivered)
        })
        .figures(),
        Column::new(move || t_string!(i18n, reports.col_clicked), move |row: &ReportSummary| {
            rate(row.counts.clicked, row.counts.delivered)
        })
        .figures(),
        Column::new(move || t_string!(i18n, reports.col_unsubscribed), move |row: &ReportSummary| {
            rate(row.counts.unsubscribed, row.counts.delivered)
        })
        .figures()
        .wide_only(),
        Column::new(move || t_string!(i18n, reports.col_course), move |row: &ReportSummary| {
            view! { <Sparkline label=move || t_string!(i18n, reports.course_label) values=row.course.clone() /> }
        })
        .wide_only(),
    ]
}
