//! The versions of a definition: who submitted and decided, and since when calls were answered with each.

use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use types::approvals::ReviewState;
use types::definitions::VersionRow;

const HEAD: &str = "px-4 py-2 text-left text-[13px] font-medium text-muted";
const CELL: &str = "px-4 py-2.5 align-top";

#[component]
pub(super) fn Versions(versions: Vec<VersionRow>) -> impl IntoView {
    let i18n = use_i18n();
    if versions.is_empty() {
        return ().into_any();
    }
    let rows = versions.into_iter().map(|it| view! { <Row it /> }).collect_view();
    view! {
        <Card title=move || t_string!(i18n, triggered.versions) flush=true>
            <div class="relative overflow-x-auto" tabindex="0" role="region" aria-label=move || t_string!(i18n, triggered.versions)>
                <table class="w-full border-collapse text-sm">
                    <caption class="sr-only">{t!(i18n, triggered.versions)}</caption>
                    <thead>
                        <tr>
                            <th scope="col" class=HEAD>{t!(i18n, triggered.version)}</th>
                            <th scope="col" class=HEAD>{t!(i18n, campaigns.requested)}</th>
                            <th scope="col" class=HEAD>{t!(i18n, campaigns.decision)}</th>
                            <th scope="col" class=HEAD>{t!(i18n, triggered.live_since)}</th>
                            <th scope="col" class=HEAD>{t!(i18n, campaigns.what_changed)}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </Card>
    }
    .into_any()
}

#[component]
fn Row(it: VersionRow) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let (state, live, number) = (it.state, it.is_live, it.number);
    let href = here.href(&format!("/approvals/{}", it.review_id));
    let (text, tone): (TextProp, Tone) = match state {
        ReviewState::Waiting => (
            (move || t_string!(i18n, campaigns.review_waiting)).into(),
            Tone::Accent,
        ),
        ReviewState::Approved => (
            (move || t_string!(i18n, campaigns.review_approved)).into(),
            Tone::Success,
        ),
        ReviewState::Rejected => (
            (move || t_string!(i18n, campaigns.review_rejected)).into(),
            Tone::Warning,
        ),
        ReviewState::Withdrawn => (
            (move || t_string!(i18n, campaigns.review_withdrawn)).into(),
            Tone::Neutral,
        ),
    };
    let comment = (!it.comment.is_empty()).then(|| {
        view! { <span class="block max-w-prose text-[13px] text-muted break-words whitespace-pre-line">{it.comment}</span> }
    });
    view! {
        <tr class="border-t border-line">
            <td class=CELL>
                <span class="inline-flex items-center gap-2">
                    <span class="tabular-nums">{number}</span>
                    {live.then(|| view! { <Badge text=move || t_string!(i18n, triggered.state_live) tone=Tone::Success icon=Icon::Done /> })}
                </span>
            </td>
            <td class=CELL>
                <span class="block">{it.submitted_by}</span>
                <span class="block text-[13px] text-muted"><Moment at=it.submitted_at /></span>
            </td>
            <td class=CELL>
                <Badge text tone />
                <span class="block text-[13px] text-muted">
                    {it.decided_by} {it.decided_at.map(|at| view! { " " <Moment at /> })}
                </span>
                {comment}
            </td>
            <td class=CELL>
                {match it.live_since {
                    Some(at) => view! { <Moment at /> }.into_any(),
                    None => view! { <span class="text-muted">"–"</span> }.into_any(),
                }}
            </td>
            <td class=CELL>
                <a href=href class="text-accent underline">
                    {t!(i18n, triggered.see_changes)}
                    <span class="sr-only">" " {number}</span>
                </a>
            </td>
        </tr>
    }
    .into_any()
}
