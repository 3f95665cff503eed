//! A report's charts.

use crate::ui::chart::{Bar, Bars, Course, Funnel, Ink, Series, Stage};
use crate::ui::{Card, TimeStyle, format_time, zone_name};
use i18n::{t, t_string, use_i18n};
use jiff::{SignedDuration, Timestamp};
use leptos::prelude::*;
use types::reports::{CampaignReport, ReportHour};

/// Audience, sent, delivered, opened, clicked.
#[component]
pub(super) fn FunnelCard(report: CampaignReport, csv: String) -> impl IntoView {
    let i18n = use_i18n();
    let counts = report.counts;
    view! {
        <Card>
            <Funnel
                title=move || t_string!(i18n, reports.funnel_title)
                text=move || t_string!(i18n, reports.funnel_text)
                stages=vec![
                    Stage::new(move || t_string!(i18n, reports.stage_audience), counts.audience),
                    Stage::new(move || t_string!(i18n, reports.stage_sent), counts.sent),
                    Stage::new(move || t_string!(i18n, reports.stage_delivered), counts.delivered),
                    Stage::new(move || t_string!(i18n, reports.stage_opened), counts.opened).machine(counts.opened_by_machine),
                    Stage::new(move || t_string!(i18n, reports.stage_clicked), counts.clicked)
                        .machine(counts.clicked_by_machine),
                ]
                csv=csv
            />
        </Card>
    }
    .into_any()
}

/// Which links were followed.
#[component]
pub(super) fn LinksCard(report: CampaignReport, csv: String) -> impl IntoView {
    let i18n = use_i18n();
    if report.links.is_empty() {
        return view! {
            <Card title=move || t_string!(i18n, reports.links_title)>
                <p class="text-muted">{t!(i18n, reports.links_empty)}</p>
            </Card>
        }
        .into_any();
    }
    let bars = report
        .links
        .iter()
        .take(10)
        .map(|link| Bar {
            label: short(&link.url).to_owned(),
            value: link.clicks,
            // Only web addresses are links here; `mailto:` and the like stay text.
            href: (link.url.starts_with("https://") || link.url.starts_with("http://"))
                .then(|| link.url.clone()),
        })
        .collect();
    let whole = report.links.iter().map(|link| link.clicks).sum();
    view! {
        <Card>
            <Bars
                title=move || t_string!(i18n, reports.links_title)
                text=move || t_string!(i18n, reports.links_text)
                kind=move || t_string!(i18n, reports.link)
                bars=bars
                whole=whole
                csv=csv
            />
        </Card>
    }
    .into_any()
}

/// An address as people read it: without the scheme, which every one of them has.
fn short(url: &str) -> &str {
    url.strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"))
        .unwrap_or(url)
}

/// Opens and clicks since the start.
#[component]
pub(super) fn CourseCard(report: CampaignReport, csv: String) -> impl IntoView {
    let i18n = use_i18n();
    let points = points(&report.hours);
    if points.is_empty() {
        return view! {
            <Card title=move || t_string!(i18n, reports.course_title)>
                <p class="text-muted">{t!(i18n, reports.course_empty)}</p>
            </Card>
        }
        .into_any();
    }
    let daily = points.len() > 1 && points[1].0.duration_since(points[0].0) >= SignedDuration::from_hours(24);
    let style = if daily { TimeStyle::Date } else { TimeStyle::Short };
    let moments: Vec<Timestamp> = points.iter().map(|(at, ..)| *at).collect();
    let times = Signal::derive(move || {
        let (locale, zone) = (i18n.get_locale(), zone_name());
        moments
            .iter()
            .map(|at| format_time(locale, *at, &zone, style))
            .collect::<Vec<_>>()
    });
    let values = |pick: fn(&Figures) -> u64| {
        points
            .iter()
            .map(|(_, figures)| pick(figures))
            .collect::<Vec<_>>()
    };
    let series = vec![
        Series {
            label: (move || t_string!(i18n, reports.col_opened)).into(),
            values: values(|figures| figures.opened),
            ink: Ink::First,
        },
        Series {
            label: (move || t_string!(i18n, reports.col_clicked)).into(),
            values: values(|figures| figures.clicked),
            ink: Ink::Second,
        },
        Series {
            label: (move || t_string!(i18n, reports.series_machine)).into(),
            values: values(|figures| figures.machine),
            ink: Ink::Machine,
        },
    ];
    view! {
        <Card>
            <Course
                title=move || t_string!(i18n, reports.course_title)
                text=move || t_string!(i18n, reports.course_text, zone = zone_name()).to_string()
                times=times
                series=series
                csv=csv
            />
        </Card>
    }
    .into_any()
}

#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
struct Figures {
    opened: u64,
    clicked: u64,
    machine: u64,
}

/// The hours in which something happened, as evenly spaced points without gaps: by the hour for three days, by six hours for
/// two weeks, by the day after that.
fn points(hours: &[ReportHour]) -> Vec<(Timestamp, Figures)> {
    let (Some(first), Some(last)) = (hours.first(), hours.last()) else {
        return Vec::new();
    };
    let span = last.hour.duration_since(first.hour).as_hours();
    let step = match span {
        ..=72 => 1,
        73..=336 => 6,
        _ => 24,
    };
    let count = usize::try_from(span / step).unwrap_or(0) + 1;
    let mut points: Vec<_> = (0_i64..)
        .take(count)
        .filter_map(|at| {
            // Checked, though it cannot fail: what jiff says about its failures would weigh more than this page.
            let hour = first
                .hour
                .checked_add(SignedDuration::from_hours(at * step))
                .ok()?;
            Some((hour, Figures::default()))
        })
        .collect();
    for hour in hours {
        let at = usize::try_from(hour.hour.duration_since(first.hour).as_hours() / step).unwrap_or(0);
        if let Some((_, figures)) = points.get_mut(at) {
            figures.opened += hour.opened;
            figures.clicked += hour.clicked;
            figures.machine += hour.opened_by_machine + hour.clicked_by_machine;
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hour(at: i64, opened: u64) -> ReportHour {
        ReportHour {
            hour: Timestamp::UNIX_EPOCH + SignedDuration::from_hours(at),
            sent: 0,
            opened,
            opened_by_machine: 1,
            clicked: 0,
            clicked_by_machine: 0,
            unsubscribed: 0,
        }
    }

    #[test]
    fn gaps_are_filled_and_nothing_is_lost() {
        let short = points(&[hour(0, 5), hour(3, 7)]);
        assert_eq!(
            short.iter().map(|(_, f)| f.opened).collect::<Vec<_>>(),
            [5, 0, 0, 7]
        );
        for end in [72, 73, 336, 337, 5000] {
            let long = points(&[hour(0, 5), hour(17, 2), hour(end, 7)]);
            assert_eq!(long.iter().map(|(_, f)| f.opened).sum::<u64>(), 14, "{end}");
            assert!(long.len() <= 210, "{end}: {}", long.len());
        }
        assert!(points(&[]).is_empty());
    }
}
