//! Who did not get the message, and why.

use super::words::{outcome_text, rule_text};
use crate::ui::{Badge, Card, Glyph, Icon, Tone, number};
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use types::reports::CampaignReport;

/// Everything that did not end as sent, by outcome and reason; the figures add up to the audience.
#[component]
pub(super) fn ReasonsCard(report: CampaignReport, csv: String) -> impl IntoView {
    let i18n = use_i18n();
    let rows = report
        .reasons
        .iter()
        .cloned()
        .map(|reason| {
            let (outcome, count) = (reason.outcome.clone(), reason.count);
            let tone = match reason.outcome.as_str() {
                "failed" => Tone::Danger,
                "ambiguous" => Tone::Warning,
                _ => Tone::Neutral,
            };
            let example = reason.example.clone();
            view! {
                <tr class="border-t border-line">
                    <td class="px-4 py-2.5 align-top">
                        <Badge text=move || outcome_text(i18n, &outcome) tone />
                    </td>
                    <td class="px-4 py-2.5 align-top">
                        {move || rule_text(i18n, &reason.outcome, &reason.rule, reason.reply_code)}
                        {(!example.is_empty())
                            .then(|| {
                                view! {
                                    <span class="block text-[13px] break-words text-muted">
                                        {t!(i18n, reports.reply_example)} ": " <code class="text-xs">{example}</code>
                                    </span>
                                }
                            })}
                    </td>
                    <td class="px-4 py-2.5 text-right align-top">{move || number(i18n.get_locale(), count)}</td>
                </tr>
            }
        })
        .collect_view();
    let none = report.reasons.is_empty();
    let actions = move || {
        view! {
            <a
                href=csv.clone()
                download=""
                rel="external"
                class="inline-flex items-center gap-1.5 rounded-sm text-[13px] font-medium text-muted no-underline hover:text-ink"
            >
                <Glyph icon=Icon::Download />
                {t!(i18n, common.download_csv)}
            </a>
        }
    };
    view! {
        <Card title=move || t_string!(i18n, reports.reasons_title) actions flush=true>
            {if none {
                view! { <p class="p-4 text-muted">{t!(i18n, reports.reasons_none)}</p> }.into_any()
            } else {
                view! {
                    <p class="px-4 pt-3 text-[13px] text-muted">{t!(i18n, reports.reasons_text)}</p>
                    <div class="overflow-x-auto" tabindex="0" role="region" aria-label=move || t_string!(i18n, reports.reasons_title)>
                        <table class="w-full border-collapse text-sm">
                            <caption class="sr-only">{t!(i18n, reports.reasons_title)}</caption>
                            <thead>
                                <tr>
                                    <th scope="col" class="px-4 py-2 text-left text-[13px] font-medium text-muted">{t!(i18n, reports.outcome)}</th>
                                    <th scope="col" class="px-4 py-2 text-left text-[13px] font-medium text-muted">{t!(i18n, reports.reason)}</th>
                                    <th scope="col" class="px-4 py-2 text-right text-[13px] font-medium text-muted">{t!(i18n, reports.people)}</th>
                                </tr>
                            </thead>
                            <tbody>{rows}</tbody>
                        </table>
                    </div>
                }
                    .into_any()
            }}
        </Card>
    }
    .into_any()
}
