//! What is under way: progress with rate and time left, skeletons, a turning circle.

use super::badge::Tone;
use super::format::{duration, number, percent};
use super::icon::{Glyph, Icon};
use i18n::{I18nContext, Locale, t, t_string, use_i18n};
use leptos::prelude::*;

/// A bare bar with a name for assistive technology; `total` 0 means that the end is not known yet.
#[component]
pub fn ProgressLine(
    #[prop(into)] label: TextProp,
    #[prop(into)] done: Signal<u64>,
    #[prop(into)] total: Signal<u64>,
    #[prop(optional)] tone: Tone,
) -> impl IntoView {
    let tone = match tone {
        Tone::Success => Some("success"),
        Tone::Warning => Some("warning"),
        _ => None,
    };
    view! {
        <progress
            data-tone=tone
            aria-label=move || label.get()
            value=move || (total.get() > 0).then(|| done.get().min(total.get()).to_string())
            max=move || (total.get() > 0).then(|| total.get().to_string())
        ></progress>
    }
}

/// A long task: what it is, how far, how fast, how long yet, and a way to stop it.
#[component]
pub fn Progress(
    #[prop(into)] label: TextProp,
    #[prop(into)] done: Signal<u64>,
    #[prop(into)] total: Signal<u64>,
    /// Things a second, over the last few seconds; 0 hides rate and time left.
    #[prop(optional, into)]
    rate: Signal<f64>,
    #[prop(optional)] tone: Tone,
    /// Buttons: pause, stop.
    #[prop(optional, into)]
    actions: Option<ViewFn>,
) -> impl IntoView {
    let i18n = use_i18n();
    let seconds_left = move || {
        let (rate, left) = (rate.get(), total.get().saturating_sub(done.get()));
        (rate > 0.0 && left > 0).then(|| left as f64 / rate)
    };
    let name = label.clone();
    view! {
        <div class="flex flex-col gap-2">
            <div class="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
                <span class="min-w-0 truncate font-medium">{move || label.get()}</span>
                {actions.map(|actions| view! { <span class="flex gap-2">{actions.run()}</span> })}
            </div>
            <ProgressLine label=name done total tone />
            <div class="flex flex-wrap justify-between gap-x-4 text-[13px] text-muted tabular-nums">
                <span>
                    {move || {
                        let locale = i18n.get_locale();
                        let (done, total) = (done.get(), total.get());
                        if total == 0 {
                            number(locale, done)
                        } else {
                            t_string!(
                                i18n, common.progress_of, done = number(locale, done), total = number(locale, total),
                                share = percent(locale, done as f64 / total as f64)
                            )
                                .to_string()
                        }
                    }}
                </span>
                <span>
                    {move || {
                        (rate.get() > 0.0)
                            .then(|| rate_text(i18n, rate.get(), seconds_left()))
                    }}
                </span>
            </div>
        </div>
    }
}

/// So many a second, or an hour where that is less than one, and how long it takes at that pace.
fn rate_text(i18n: I18nContext<Locale>, rate: f64, left: Option<f64>) -> String {
    let locale = i18n.get_locale();
    let left = left.map(|left| duration(locale, left));
    if rate < 1.0 {
        let speed = number(locale, rounded(rate * 3600.0));
        return match left {
            Some(left) => {
                t_string!(i18n, common.progress_rate_hour_left, rate = speed, left = left).to_string()
            }
            None => t_string!(i18n, common.progress_rate_hour, rate = speed).to_string(),
        };
    }
    let speed = number(locale, rounded(rate));
    match left {
        Some(left) => t_string!(i18n, common.progress_rate_left, rate = speed, left = left).to_string(),
        None => t_string!(i18n, common.progress_rate, rate = speed).to_string(),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what a count can be"
)]
fn rounded(value: f64) -> u64 {
    value.round().clamp(0.0, 9e15) as u64
}

/// A grey shape in place of text that is on its way. `class` gives its size.
#[component]
pub fn Skeleton(#[prop(default = "h-4 w-full")] class: &'static str) -> impl IntoView {
    view! { <span aria-hidden="true" class=format!("skeleton block {class}")></span> }
}

/// Several lines of skeleton, with a word for those who do not see them.
#[component]
pub fn SkeletonRows(#[prop(default = 5)] rows: usize) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div role="status" class="flex flex-col gap-3 p-4">
            <span class="sr-only">{t!(i18n, common.loading)}</span>
            {(0..rows)
                .map(|row| {
                    let class = match row % 3 {
                        0 => "h-4 w-2/3",
                        1 => "h-4 w-full",
                        _ => "h-4 w-1/2",
                    };
                    view! { <Skeleton class /> }
                })
                .collect_view()}
        </div>
    }
}

/// A turning circle with a word, for waits without a known end.
#[component]
pub fn Spinner() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <span role="status" class="inline-flex items-center gap-2 text-muted">
            <Glyph icon=Icon::Spinner class="spin h-4 w-4 flex-none" />
            {t!(i18n, common.loading)}
        </span>
    }
}
