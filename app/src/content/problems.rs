//! The renderer's problems in the reader's words.

use crate::ui::*;
use i18n::{Locale, t, t_string, td_string, use_i18n};
use leptos::prelude::*;
use render::{Finding, Place, Problem, ProblemCode, Severity};

/// One problem, without its place.
#[must_use]
pub fn problem_text(locale: Locale, problem: &Problem) -> String {
    use ProblemCode as P;
    let p = |key: &str| problem.params.get(key).cloned().unwrap_or_default();
    macro_rules! text {
        ($key:ident $(, $arg:ident)*) => { td_string!(locale, content.$key $(, $arg = p(stringify!($arg)))*).to_string() };
    }
    match problem.code {
        P::MjmlSyntax => text!(problem_mjml_syntax, detail),
        P::TagMismatch => text!(problem_tag_mismatch, open, close),
        P::TagUnclosed => text!(problem_tag_unclosed, tag),
        P::UnknownElement => text!(problem_unknown_element, tag),
        P::ForbiddenElement => text!(problem_forbidden_element, tag),
        P::ForbiddenAttribute => text!(problem_forbidden_attribute, name),
        P::ExternalResource => text!(problem_external_resource, address),
        P::NestedTooDeep => text!(problem_nested_too_deep),
        P::TooLarge => text!(problem_too_large, max),
        P::NoBody => text!(problem_no_body),
        P::UnknownSlot => text!(problem_unknown_slot, slot),
        P::SlotRequired => text!(problem_slot_required, slot),
        P::SlotTooLong => text!(problem_slot_too_long, slot, length, max),
        P::SlotKind => text!(problem_slot_kind, slot),
        P::SlotLocked => text!(problem_slot_locked, slot),
        P::SlotInExpression => text!(problem_slot_in_expression),
        P::SlotField => text!(problem_slot_field, slot, field),
        P::TagUnterminated => text!(problem_tag_unterminated),
        P::Syntax => text!(problem_syntax, detail),
        P::UndefinedVariable => match problem.params.get("suggestion") {
            Some(_) => text!(problem_undefined_variable_suggestion, name, suggestion),
            None => text!(problem_undefined_variable, name),
        },
        P::MissingValue => text!(problem_missing_value, name),
        P::UnknownFilter => text!(problem_unknown_filter, name),
        P::NotAllowed => text!(problem_not_allowed, name),
        P::VariableInMarkup => text!(problem_variable_in_markup),
        P::LinkInExpression => text!(problem_link_in_expression, name),
        P::Expression => text!(problem_expression, detail),
        P::TooMuchWork => text!(problem_too_much_work),
        P::OutputTooLarge => text!(problem_output_too_large),
        P::HeaderNewline => text!(problem_header_newline),
        P::EmptySubject => text!(problem_empty_subject),
        P::EmptyFromName => text!(problem_empty_from_name),
        P::BrokenLink => text!(problem_broken_link, address),
        P::EmptyLink => text!(problem_empty_link),
        P::LinkScheme => text!(problem_link_scheme, address),
        P::MissingAlt => text!(problem_missing_alt, image),
        P::EmptyText => text!(problem_empty_text),
        P::HtmlTooLarge => text!(problem_html_too_large, size, max),
        P::MissingUnsubscribe => text!(problem_missing_unsubscribe),
        P::MissingAddress => text!(problem_missing_address),
        P::LowContrast => text!(problem_low_contrast, ratio, colour, background),
        P::LongSubject => text!(problem_long_subject, length),
        P::NoLanguage => text!(problem_no_language),
    }
}

/// Where a problem is: the text it stands in and the line.
#[must_use]
pub fn problem_place(locale: Locale, problem: &Problem) -> String {
    let place = match &problem.place {
        Place::Template => td_string!(locale, content.place_template).to_string(),
        Place::Slot(key) => td_string!(locale, content.place_slot, slot = key.clone()).to_string(),
        Place::Subject => td_string!(locale, content.place_subject).to_string(),
        Place::Preheader => td_string!(locale, content.place_preheader).to_string(),
        Place::FromName => td_string!(locale, content.place_from_name).to_string(),
        Place::Text => td_string!(locale, content.place_text).to_string(),
        Place::Message => td_string!(locale, content.place_message).to_string(),
    };
    if problem.line == 0 {
        return place;
    }
    td_string!(
        locale,
        content.place_line,
        place = place,
        line = problem.line,
        column = problem.column
    )
    .to_string()
}

/// The findings of the checks as a list; `on_jump` is offered for those in the template's markup.
#[component]
pub fn FindingList(
    #[prop(into)] findings: Signal<Vec<Finding>>,
    #[prop(optional, into)] on_jump: Option<Callback<(u32, u32)>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let row = move |finding: Finding| {
        let locale = i18n.get_locale();
        let (icon, tone, name) = match finding.severity {
            Severity::Error => (
                Icon::Error,
                "text-danger",
                t_string!(i18n, content.severity_error),
            ),
            Severity::Warning => (
                Icon::Warning,
                "text-warning",
                t_string!(i18n, content.severity_warning),
            ),
        };
        let problem = finding.problem;
        let place = problem_place(locale, &problem);
        let language = problem
            .language
            .map(|it| format!(" · {}", it.code().to_uppercase()));
        let at = (problem.line, problem.column);
        let jump = on_jump.filter(|_| problem.place == Place::Template && problem.line > 0);
        let place = match jump {
            Some(jump) => view! {
                <button type="button" class="text-[13px] text-accent underline" on:click=move |_| jump.run(at)>{place}</button>
            }
            .into_any(),
            None => view! { <span class="text-[13px] text-muted">{place}</span> }.into_any(),
        };
        view! {
            <li class="flex gap-2 py-2">
                <span class=format!("mt-0.5 shrink-0 {tone}")><Glyph icon class="h-4 w-4" /></span>
                <span class="min-w-0">
                    <span class="sr-only">{name.to_string()}": "</span>
                    <span class="block break-words text-sm">{problem_text(locale, &problem)}</span>
                    {place}
                    <span class="text-[13px] text-muted">{language}</span>
                </span>
            </li>
        }
    };
    view! {
        <div aria-live="polite">
            {move || {
                let all = findings.get();
                if all.is_empty() {
                    view! { <p class="flex items-center gap-2 py-2 text-sm text-muted"><Glyph icon=Icon::Done class="h-4 w-4" />{t!(i18n, content.no_findings)}</p> }
                        .into_any()
                } else {
                    view! { <ul class="divide-y divide-line">{all.into_iter().map(row).collect_view()}</ul> }.into_any()
                }
            }}
        </div>
    }
}
