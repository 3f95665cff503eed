//! How many get it, and how many fall away and why.

use super::words::{language_text, people_text};
use crate::reports::rule_text;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use types::campaigns::AudienceCounts;

/// The number, then the reasons. Read out when it changes.
#[component]
pub(crate) fn Counts(counts: AudienceCounts) -> impl IntoView {
    let i18n = use_i18n();
    let figure = move |people: i64| number(i18n.get_locale(), u64::try_from(people).unwrap_or(0));
    let recipients = counts.recipients;
    let reasons = counts
        .held_back
        .iter()
        .map(|held| {
            let (rule, people) = (held.rule.clone(), held.people);
            view! {
                <div class="flex justify-between gap-4 border-t border-line py-1.5 text-[13px]">
                    <dt class="text-muted">{move || rule_text(i18n, "suppressed", &rule, None)}</dt>
                    <dd class="tabular-nums">{move || figure(people)}</dd>
                </div>
            }
        })
        .collect_view();
    let languages = (counts.languages.len() > 1).then(|| {
        let rows = counts
            .languages
            .iter()
            .map(|(language, people)| {
                let (language, people) = (*language, *people);
                view! {
                    <div class="flex justify-between gap-4 border-t border-line py-1.5 text-[13px]">
                        <dt class="text-muted">{move || language_text(i18n, language)}</dt>
                        <dd class="tabular-nums">{move || figure(people)}</dd>
                    </div>
                }
            })
            .collect_view();
        view! {
            <h3 class="mt-4 text-[13px] font-medium">{t!(i18n, campaigns.by_language)}</h3>
            <dl class="mt-1">{rows}</dl>
        }
    });
    let held = counts.total - counts.recipients;
    view! {
        <div role="status" data-testid="audience-counts">
            <p class="text-xl font-semibold tabular-nums" data-testid="recipients">{move || people_text(i18n, recipients)}</p>
            <p class="text-[13px] text-muted">
                {move || {
                    if held > 0 {
                        t_string!(i18n, campaigns.of_total_held, total = figure(recipients + held), held = figure(held)).to_string()
                    } else {
                        t_string!(i18n, campaigns.all_get_it).to_string()
                    }
                }}
            </p>
            <dl class="mt-3">{reasons}</dl>
            {languages}
        </div>
    }
    .into_any()
}
