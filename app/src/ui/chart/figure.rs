//! The frame of every chart: title, what it shows, the table behind it, the download.

use crate::ui::Reveal;
use crate::ui::icon::{Glyph, Icon};
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;

/// A chart with its words. `head` and `rows` are the table behind it, complete and already formatted.
#[component]
pub fn ChartFigure(
    children: Children,
    #[prop(into)] title: TextProp,
    /// One sentence: what it shows, and what counts as what.
    text: Option<TextProp>,
    #[prop(into)] head: Signal<Vec<String>>,
    #[prop(into)] rows: Signal<Vec<Vec<String>>>,
    /// The same figures as a file.
    csv: Option<String>,
    /// Inside a card that has a title already: the title is for assistive technology only.
    #[prop(optional)]
    bare: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let caption = StoredValue::new(title.clone());
    let caption = move || caption.with_value(TextProp::get);
    view! {
        <figure class="m-0 flex min-w-0 flex-col gap-3">
            <figcaption class=if bare { "sr-only" } else { "" }>
                <span class="block text-sm font-semibold">{move || title.get()}</span>
                {text
                    .clone()
                    .map(|text| view! { <span class="block text-[13px] text-muted">{move || text.get()}</span> })}
            </figcaption>
            {children()}
            <div class="flex flex-wrap items-start justify-between gap-x-6 gap-y-1">
                <div class="min-w-0 flex-1">
                    <Reveal title=move || t_string!(i18n, common.show_table)>
                        <div class="max-h-80 overflow-auto rounded-md border border-line" tabindex="0" role="region" aria-label=caption>
                            <table class="w-full border-collapse text-[13px]">
                                <caption class="sr-only">{caption}</caption>
                                <thead>
                                    <tr>
                                        {move || {
                                            head.get()
                                                .into_iter()
                                                .enumerate()
                                                .map(|(at, name)| {
                                                    let class = if at == 0 { "px-3 py-1.5 text-left font-medium text-muted" } else { "px-3 py-1.5 text-right font-medium text-muted" };
                                                    view! { <th scope="col" class=class>{name}</th> }
                                                })
                                                .collect_view()
                                        }}
                                    </tr>
                                </thead>
                                <tbody>
                                    {move || {
                                        rows.get()
                                            .into_iter()
                                            .map(|row| {
                                                let mut cells = row.into_iter();
                                                let name = cells.next();
                                                view! {
                                                    <tr class="border-t border-line">
                                                        <th scope="row" class="px-3 py-1.5 text-left font-normal break-words">{name}</th>
                                                        {cells
                                                            .map(|cell| view! { <td class="px-3 py-1.5 text-right tabular-nums">{cell}</td> })
                                                            .collect_view()}
                                                    </tr>
                                                }
                                            })
                                            .collect_view()
                                    }}
                                </tbody>
                            </table>
                        </div>
                    </Reveal>
                </div>
                {csv
                    .map(|href| {
                        view! {
                            <a
                                href=href
                                download=""
                                rel="external"
                                class="inline-flex items-center gap-1.5 rounded-sm py-1 text-[13px] font-medium text-muted no-underline hover:text-ink"
                            >
                                <Glyph icon=Icon::Download />
                                {t!(i18n, common.download_csv)}
                            </a>
                        }
                    })}
            </div>
        </figure>
    }
}
