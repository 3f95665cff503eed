//! Some reports side by side; which ones is in the address (`?compare=id,id`).

use super::api::compare_reports;
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t_string, use_i18n};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use types::CampaignId;
use types::reports::ReportSummary;

/// The comparison, while the address asks for one.
#[component]
pub(super) fn Comparison() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let unit = here.key;
    let map = use_query_map();
    let ids = Memo::new(move |_| {
        map.with(|map| map.get("compare").unwrap_or_default())
            .split(',')
            .filter_map(|id| id.parse().ok())
            .take(6)
            .collect::<Vec<CampaignId>>()
    });
    let reports = Resource::new(
        move || (unit.get(), ids.get()),
        |(unit, ids)| async move {
            if ids.is_empty() {
                Ok(Vec::new())
            } else {
                compare_reports(unit, ids).await
            }
        },
    );
    let address = ListAddress::here();
    let navigate = StoredValue::new(use_navigate());
    let close = move |_| {
        navigate.with_value(|navigate| navigate(&address.with("compare", ""), NavigateOptions::default()));
    };
    let actions = move || {
        view! {
            <IconButton icon=Icon::Close size=Size::Small label=move || t_string!(i18n, reports.compare_close) on_click=close />
        }
    };
    view! {
        <Transition>
            {move || {
                reports
                    .get()
                    .map(|answer| match answer {
                        Ok(reports) if reports.is_empty() => ().into_any(),
                        Ok(reports) => {
                            view! {
                                <div class="mb-6">
                                    <Card title=move || t_string!(i18n, reports.compare_title) actions>
                                        <p class="mb-4 text-[13px] text-muted">{move || t_string!(i18n, reports.compare_text)}</p>
                                        <div class="grid gap-6 md:grid-cols-3">
                                            <Measure reports=reports.clone() label=move || t_string!(i18n, reports.col_opened) pick=|c| c.opened />
                                            <Measure reports=reports.clone() label=move || t_string!(i18n, reports.col_clicked) pick=|c| c.clicked />
                                            <Measure reports=reports.clone() label=move || t_string!(i18n, reports.col_unsubscribed) pick=|c| c.unsubscribed />
                                        </div>
                                    </Card>
                                </div>
                            }
                                .into_any()
                        }
                        Err(error) => {
                            view! { <Notice tone=Tone::Danger>{error_text(i18n.get_locale(), &error)}</Notice> }.into_any()
                        }
                    })
            }}
        </Transition>
    }
    .into_any()
}

/// One figure of all reports, as bars on one scale.
#[component]
fn Measure(
    reports: Vec<ReportSummary>,
    #[prop(into)] label: TextProp,
    pick: fn(&types::reports::ReportCounts) -> u64,
) -> impl IntoView {
    let i18n = use_i18n();
    let shares: Vec<(String, f64)> = reports
        .iter()
        .map(|report| (report.name.clone(), report.counts.rate(pick(&report.counts))))
        .collect();
    let largest = shares
        .iter()
        .map(|(_, share)| *share)
        .filter(|share| share.is_finite())
        .fold(0.0, f64::max)
        .max(0.001);
    let bars = shares
        .into_iter()
        .map(|(name, share)| {
            let width = if share.is_finite() { share / largest * 100.0 } else { 0.0 };
            view! {
                <li class="flex flex-col gap-1">
                    <span class="flex items-baseline justify-between gap-3">
                        <span class="truncate">{name}</span>
                        <span class="flex-none font-medium tabular-nums">{move || percent(i18n.get_locale(), share)}</span>
                    </span>
                    <svg class="chart h-1.5 w-full" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
                        <rect class="fill-chart-grid" width="100" height="10" />
                        <rect class="fill-chart-1" width=format!("{width:.2}") height="10" />
                    </svg>
                </li>
            }
        })
        .collect_view();
    view! {
        <div class="min-w-0">
            <h3 class="mb-3 text-[13px] font-medium text-muted">{move || label.get()}</h3>
            <ul class="flex flex-col gap-3">{bars}</ul>
        </div>
    }
    .into_any()
}
