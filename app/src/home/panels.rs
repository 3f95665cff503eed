//! The parts of the home page.

use crate::layout::use_here;
use crate::reports::StateBadge;
use crate::ui::chart::Sparkline;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use types::reports::{HomeDraft, HomeReview, ListHealth, ReportSummary, RunningTask, TaskKind};

const LINE: &str = "flex items-center gap-4 border-t border-line px-4 py-3 text-ink no-underline first:border-t-0 hover:bg-hover";

/// Sends and imports under way.
#[component]
pub(super) fn Running(running: Vec<RunningTask>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    if running.is_empty() {
        return ().into_any();
    }
    let tasks = running
        .into_iter()
        .map(|task| {
            let href = match task.kind {
                TaskKind::Send => here.href(&format!("/messages/{}", task.id)),
                TaskKind::Import => here.href(&format!("/audience/imports/{}", task.id)),
            };
            view! {
                <a href=href class="block border-t border-line px-4 py-3 text-ink no-underline first:border-t-0 hover:bg-hover">
                    <Progress
                        label=task.name
                        done=Signal::stored(task.done)
                        total=Signal::stored(task.total)
                        rate=Signal::stored(task.rate)
                    />
                </a>
            }
        })
        .collect_view();
    view! {
        <Card title=move || t_string!(i18n, common.running) flush=true>
            {tasks}
        </Card>
    }
    .into_any()
}

/// Messages that this person is asked to approve.
#[component]
pub(super) fn Waiting(waiting: Vec<HomeReview>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let none = waiting.is_empty();
    let lines = waiting
        .into_iter()
        .map(|review| {
            let HomeReview { id, name, requested_by, requested_at, people, definition } = review;
            view! {
                <a href=here.href(&format!("/approvals/{id}")) class=LINE>
                    <span class="min-w-0 flex-1">
                        <span class="block truncate font-medium">{name}</span>
                        <span class="block text-[13px] text-muted">
                            {move || {
                                if definition {
                                    return t_string!(i18n, triggered.home_waiting_from, name = requested_by.clone()).to_string();
                                }
                                let people = number(i18n.get_locale(), people);
                                t_string!(i18n, reports.home_waiting_from, name = requested_by.clone(), people = people)
                                    .to_string()
                            }} " · " <Moment at=requested_at />
                        </span>
                    </span>
                    <span class="flex flex-none items-center gap-1 text-[13px] font-medium text-accent">
                        <span class="hidden sm:inline">{t!(i18n, reports.home_review)}</span>
                        <Glyph icon=Icon::ArrowRight />
                    </span>
                </a>
            }
        })
        .collect_view();
    view! {
        <Card title=move || t_string!(i18n, reports.home_waiting) flush=true>
            {if none {
                view! { <p class="p-4 text-muted">{t!(i18n, reports.home_waiting_none)}</p> }.into_any()
            } else {
                lines.into_any()
            }}
        </Card>
    }
    .into_any()
}

/// This person's messages that are not sent yet.
#[component]
pub(super) fn Drafts(drafts: Vec<HomeDraft>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let none = drafts.is_empty();
    let lines = drafts
        .into_iter()
        .map(|draft| {
            let HomeDraft { campaign_id, name, state, updated_at, scheduled_for, rejected, definition } = draft;
            let path = if definition { format!("/messages/definitions/{campaign_id}") } else if state == "draft" { format!("/messages/{campaign_id}/edit") } else { format!("/messages/{campaign_id}") };
            let state = if rejected { "rejected".to_owned() } else { state };
            view! {
                <a href=here.href(&path) class=LINE>
                    <span class="min-w-0 flex-1">
                        <span class="block truncate font-medium">{name}</span>
                        <span class="block text-[13px] text-muted">
                            {match scheduled_for {
                                Some(at) => {
                                    view! { {t!(i18n, reports.starts)} " " <Moment at style=TimeStyle::DateTimeZone /> }.into_any()
                                }
                                None if definition => {
                                    view! { {t!(i18n, triggered.definition)} " · " {t!(i18n, reports.updated)} " " <Moment at=updated_at /> }.into_any()
                                }
                                None => view! { {t!(i18n, reports.updated)} " " <Moment at=updated_at /> }.into_any(),
                            }}
                        </span>
                    </span>
                    <StateBadge state />
                </a>
            }
        })
        .collect_view();
    view! {
        <Card title=move || t_string!(i18n, reports.home_drafts) flush=true>
            {if none {
                view! { <p class="p-4 text-muted">{t!(i18n, reports.home_drafts_none)}</p> }.into_any()
            } else {
                lines.into_any()
            }}
        </Card>
    }
    .into_any()
}

/// The last messages sent, with their rates and the shape of their course.
#[component]
pub(super) fn Recent(recent: Vec<ReportSummary>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let none = recent.is_empty();
    let lines = recent
        .into_iter()
        .map(|report| {
            let counts = report.counts;
            let figure = move |label: TextProp, count: u64| {
                view! {
                    <span class="hidden w-24 flex-none text-right sm:block">
                        <span class="block font-medium tabular-nums">{move || percent(i18n.get_locale(), counts.rate(count))}</span>
                        <span class="block text-[13px] text-muted">{move || label.get()}</span>
                    </span>
                }
            };
            view! {
                <a href=here.href(&format!("/reports/{}", report.campaign_id)) class=LINE>
                    <span class="min-w-0 flex-1">
                        <span class="block truncate font-medium">{report.name.clone()}</span>
                        <span class="block text-[13px] text-muted">
                            <Moment at=report.started_at style=TimeStyle::Date /> " · "
                            {move || {
                                let figure = number(i18n.get_locale(), counts.sent);
                                t_string!(i18n, reports.sent_count, count = counts.sent, figure = figure).to_string()
                            }}
                        </span>
                        <span class="block text-[13px] text-muted sm:hidden">
                            {move || {
                                let locale = i18n.get_locale();
                                t_string!(
                                    i18n, reports.rates_short, opened = percent(locale, counts.rate(counts.opened)),
                                    clicked = percent(locale, counts.rate(counts.clicked))
                                )
                                    .to_string()
                            }}
                        </span>
                    </span>
                    <span class="hidden lg:block">
                        <Sparkline label=move || t_string!(i18n, reports.course_label) values=report.course.clone() />
                    </span>
                    {figure((move || t_string!(i18n, reports.col_opened)).into(), counts.opened)}
                    {figure((move || t_string!(i18n, reports.col_clicked)).into(), counts.clicked)}
                    <StateBadge state=report.state.clone() />
                </a>
            }
        })
        .collect_view();
    let actions = move || {
        view! {
            <a href=here.href("/reports") class="text-[13px] font-medium text-accent no-underline hover:underline">
                {t!(i18n, reports.home_all_reports)}
            </a>
        }
    };
    view! {
        <Card title=move || t_string!(i18n, reports.home_recent) actions flush=true>
            {if none {
                view! { <p class="p-4 text-muted">{t!(i18n, reports.home_recent_none)}</p> }.into_any()
            } else {
                lines.into_any()
            }}
        </Card>
    }
    .into_any()
}

/// How the unit's list does.
#[component]
pub(super) fn Health(health: ListHealth) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let share = move |count: u64| {
        move || {
            let share = percent(i18n.get_locale(), count as f64 / health.sent as f64);
            if health.sent == 0 {
                String::new()
            } else {
                t_string!(i18n, reports.health_share, share = share).to_string()
            }
        }
    };
    let figure = move |value: u64| move || number(i18n.get_locale(), value);
    view! {
        <Section title=move || t_string!(i18n, reports.home_health) text=move || t_string!(i18n, reports.home_health_text)>
            <div class="grid grid-cols-2 gap-4 lg:grid-cols-4">
                <Stat
                    label=move || t_string!(i18n, reports.health_people)
                    value=figure(health.people)
                    note=move || {
                        t_string!(i18n, reports.health_new_count, count = number(i18n.get_locale(), health.new_people)).to_string()
                    }
                    href=here.href("/audience")
                />
                <Stat label=move || t_string!(i18n, reports.health_sent) value=figure(health.sent) />
                <Stat
                    label=move || t_string!(i18n, reports.health_unsubscribed)
                    value=figure(health.unsubscribed)
                    note=share(health.unsubscribed)
                />
                <Stat label=move || t_string!(i18n, reports.health_bounced) value=figure(health.bounced) note=share(health.bounced) />
            </div>
        </Section>
    }
    .into_any()
}
