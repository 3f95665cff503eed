//! What the checks found, each with the step that mends it.

use super::draft::Editing;
use crate::content::{problem_place, problem_text};
use crate::layout::use_here;
use crate::messages::api::CheckAnswer;
use crate::messages::words::{check_text, language_text, step_of};
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use render::{Finding, Severity};
use types::campaigns::{Check, CheckLevel};

#[component]
pub(super) fn Checks(answer: CheckAnswer) -> impl IntoView {
    let i18n = use_i18n();
    let clear = answer.checks.is_empty() && answer.findings.is_empty();
    if clear {
        return view! {
            <p class="flex items-center gap-2 text-success" role="status">
                <Glyph icon=Icon::Done />
                <span>{t!(i18n, campaigns.all_checks_pass)}</span>
            </p>
        }
        .into_any();
    }
    let errors = answer
        .checks
        .iter()
        .filter(|it| it.level == CheckLevel::Error)
        .count()
        + answer
            .findings
            .iter()
            .filter(|it| it.severity == Severity::Error)
            .count();
    view! {
        <p class="mb-3 text-[13px] text-muted" role="status">
            {move || {
                if errors > 0 {
                    t_string!(i18n, campaigns.checks_errors, count = errors).to_string()
                } else {
                    t_string!(i18n, campaigns.checks_warnings_only).to_string()
                }
            }}
        </p>
        <ul class="flex flex-col">
            {answer.checks.into_iter().map(|check| view! { <Line check /> }).collect_view()}
            {answer.findings.into_iter().map(|finding| view! { <Found finding /> }).collect_view()}
        </ul>
    }
    .into_any()
}

fn row(error: bool, word: &'static str, text: AnyView, href: String, mend: &'static str) -> AnyView {
    let (icon, tone) = if error {
        (Icon::Error, "text-danger")
    } else {
        (Icon::Warning, "text-warning")
    };
    view! {
        <li class="flex items-start gap-3 border-t border-line py-2.5">
            <span class=tone><Glyph icon class="mt-0.5 h-4 w-4 flex-none" /></span>
            <span class="min-w-0 flex-1"><span class="sr-only">{word} ": "</span>{text}</span>
            <a href=href class="flex-none text-[13px] text-accent underline">{mend}</a>
        </li>
    }
    .into_any()
}

#[component]
fn Line(check: Check) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let editing = expect_context::<Editing>();
    move || {
        let error = check.level == CheckLevel::Error;
        let word = if error {
            t_string!(i18n, campaigns.level_error)
        } else {
            t_string!(i18n, campaigns.level_warning)
        };
        let href = here.href(&editing.step(step_of(check.code, editing.definition)));
        row(
            error,
            word,
            check_text(i18n, &check).into_any(),
            href,
            t_string!(i18n, campaigns.mend),
        )
    }
}

#[component]
fn Found(finding: Finding) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let editing = expect_context::<Editing>();
    move || {
        let error = finding.severity == Severity::Error;
        let word = if error {
            t_string!(i18n, campaigns.level_error)
        } else {
            t_string!(i18n, campaigns.level_warning)
        };
        let locale = i18n.get_locale();
        let text = problem_text(locale, &finding.problem);
        let mut place = problem_place(locale, &finding.problem);
        if let Some(language) = finding.problem.language {
            place = format!("{place} ({})", language_text(i18n, language));
        }
        let text = view! {
            {text}
            <span class="block text-[13px] text-muted">{place}</span>
        };
        let href = here.href(&editing.step("content"));
        row(
            error,
            word,
            text.into_any(),
            href,
            t_string!(i18n, campaigns.mend),
        )
    }
}
