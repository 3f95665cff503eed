//! The report in words.

use crate::ui::{TimeStyle, format_time, number, percent, zone_name};
use i18n::{I18nContext, Locale, t_string};
use types::reports::CampaignReport;

/// What became of the message, as one would tell a colleague.
pub(super) fn sentence(i18n: I18nContext<Locale>, report: &CampaignReport) -> String {
    let locale = i18n.get_locale();
    let counts = &report.counts;
    let figure = |value| number(locale, value);
    let mut parts = Vec::new();
    if counts.pending > 0 && matches!(report.state.as_str(), "sending" | "paused") {
        parts.push(
            t_string!(
                i18n,
                reports.sentence_sending,
                done = figure(counts.audience - counts.pending),
                audience = figure(counts.audience)
            )
            .to_string(),
        );
    } else {
        let when = report
            .started_at
            .map(|at| format_time(locale, at, &zone_name(), TimeStyle::Date))
            .unwrap_or_default();
        parts.push(
            t_string!(
                i18n,
                reports.sentence_sent,
                count = counts.audience,
                name = report.name.clone(),
                sent = figure(counts.sent),
                figure = figure(counts.audience),
                when = when
            )
            .to_string(),
        );
    }
    if counts.delivered > 0 {
        parts.push(
            t_string!(
                i18n,
                reports.sentence_response,
                opened = figure(counts.opened),
                open_rate = percent(locale, counts.rate(counts.opened)),
                clicked = figure(counts.clicked),
                click_rate = percent(locale, counts.rate(counts.clicked))
            )
            .to_string(),
        );
        parts.push(if counts.unsubscribed == 0 {
            t_string!(i18n, reports.sentence_unsubscribed_none).to_owned()
        } else {
            t_string!(
                i18n,
                reports.sentence_unsubscribed,
                count = counts.unsubscribed,
                figure = figure(counts.unsubscribed)
            )
            .to_string()
        });
    }
    parts.join(" ")
}
