//! The shape of a course in the space of a word.

use super::coordinate;
use leptos::prelude::*;

/// A small line without axes; `label` says in words what it shows.
#[component]
pub fn Sparkline(#[prop(into)] label: TextProp, values: Vec<u64>) -> impl IntoView {
    let max = values.iter().copied().max().unwrap_or(0).max(1) as f64;
    let last = values.len().saturating_sub(1).max(1) as f64;
    let path: String = values
        .iter()
        .enumerate()
        .map(|(at, value)| {
            let verb = if at == 0 { 'M' } else { 'L' };
            let x = at as f64 / last * 100.0;
            let y = 23.0 - *value as f64 / max * 22.0;
            format!("{verb}{} {}", coordinate(x), coordinate(y))
        })
        .collect();
    let area = if path.is_empty() {
        String::new()
    } else {
        format!("{path}L100 24L0 24Z")
    };
    view! {
        <svg class="chart h-6 w-24 flex-none" viewBox="0 0 100 24" preserveAspectRatio="none" role="img" focusable="false" aria-label=move || label.get()>
            <path class="fill-chart-1" fill-opacity="0.12" d=area />
            <path class="stroke-chart-1" fill="none" stroke-width="1.5" stroke-linejoin="round" d=path />
        </svg>
    }
}
