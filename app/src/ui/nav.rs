//! Where the reader is: breadcrumb, and the steps of a longer task.

use super::icon::{Glyph, Icon};
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;

/// A place above this one.
#[derive(Clone)]
pub struct Crumb {
    pub label: TextProp,
    /// None for the last one, which is this page.
    pub href: Option<String>,
}

impl Crumb {
    pub fn new(label: impl Into<TextProp>, href: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            href: Some(href.into()),
        }
    }

    /// The page itself.
    pub fn here(label: impl Into<TextProp>) -> Self {
        Self {
            label: label.into(),
            href: None,
        }
    }
}

/// The way from the area down to this page.
#[component]
pub fn Breadcrumb(crumbs: Vec<Crumb>) -> impl IntoView {
    let i18n = use_i18n();
    let last = crumbs.len().saturating_sub(1);
    let entries = crumbs
        .into_iter()
        .enumerate()
        .map(|(at, Crumb { label, href })| {
            let text = move || label.get();
            let entry = match href {
                Some(href) => {
                    view! { <a href=href class="truncate text-muted no-underline hover:text-ink hover:underline">{text}</a> }
                        .into_any()
                }
                None => {
                    let current = (at == last).then_some("page");
                    view! { <span class="truncate text-ink" aria-current=current>{text}</span> }.into_any()
                }
            };
            view! {
                <li class="flex min-w-0 items-center gap-1.5">
                    {(at > 0).then(|| view! { <Glyph icon=Icon::ChevronRight class="h-3.5 w-3.5 flex-none text-muted" /> })}
                    {entry}
                </li>
            }
        })
        .collect_view();
    view! {
        <nav aria-label=move || t_string!(i18n, common.breadcrumb) class="mb-3">
            <ol class="flex min-w-0 flex-wrap items-center gap-1.5 text-[13px]">{entries}</ol>
        </nav>
    }
}

/// How far a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    Done,
    Current,
    /// Something in it must be mended.
    Problem,
    Open,
}

/// One step of a [`Stepper`].
#[derive(Clone)]
pub struct Step {
    pub label: TextProp,
    /// What was chosen, in a few words; empty: nothing yet.
    pub summary: TextProp,
    pub href: String,
    pub state: StepState,
}

/// The steps of a task, each a link: one may go back and forth as one likes.
#[component]
pub fn Stepper(#[prop(into)] label: TextProp, #[prop(into)] steps: Signal<Vec<Step>>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <nav aria-label=move || label.get() class="mb-6">
            <ol class="grid grid-cols-2 gap-2 lg:grid-cols-4">
                {move || {
                    steps
                        .get()
                        .into_iter()
                        .enumerate()
                        .map(|(at, Step { label, summary, href, state })| {
                            let current = state == StepState::Current;
                            let frame = if current { "border-accent bg-surface" } else { "border-line bg-surface hover:border-line-strong" };
                            let (mark, word) = match state {
                                StepState::Done => (
                                    view! { <Glyph icon=Icon::Check class="h-3.5 w-3.5 flex-none" /> }.into_any(),
                                    Some(t_string!(i18n, common.step_done)),
                                ),
                                StepState::Problem => (
                                    view! { <Glyph icon=Icon::Warning class="h-3.5 w-3.5 flex-none" /> }.into_any(),
                                    Some(t_string!(i18n, common.step_problem)),
                                ),
                                _ => ((at + 1).into_any(), None),
                            };
                            let dot = match state {
                                StepState::Done => "bg-success-soft text-success",
                                StepState::Problem => "bg-warning-soft text-warning",
                                StepState::Current => "bg-accent text-accent-ink",
                                StepState::Open => "bg-hover text-muted",
                            };
                            view! {
                                <li class="min-w-0">
                                    <a
                                        href=href
                                        class=format!("flex h-full items-start gap-2.5 rounded-md border p-3 text-ink no-underline {frame}")
                                        aria-current=current.then_some("step")
                                    >
                                        <span class=format!(
                                            "inline-flex h-5 w-5 flex-none items-center justify-center rounded-full text-xs font-semibold tabular-nums {dot}",
                                        )>{mark}</span>
                                        <span class="min-w-0">
                                            <span class="block truncate font-medium">{move || label.get()}</span>
                                            <span class="block truncate text-[13px] text-muted">{move || summary.get()}</span>
                                            {word.map(|word| view! { <span class="sr-only">{word}</span> })}
                                        </span>
                                    </a>
                                </li>
                            }
                        })
                        .collect_view()
                }}
            </ol>
            <p class="sr-only" aria-live="polite">
                {move || {
                    let steps = steps.get();
                    let at = steps.iter().position(|step| step.state == StepState::Current)?;
                    Some(view! { {t!(i18n, common.step_of, step = at + 1, steps = steps.len())} })
                }}
            </p>
        </nav>
    }
}
