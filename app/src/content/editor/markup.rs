//! The markup with line numbers, the lines with problems marked.

use i18n::{t_string, use_i18n};
use leptos::html;
use leptos::prelude::*;
use render::{Finding, Place};
use std::collections::BTreeSet;

#[component]
pub(super) fn Markup(
    text: RwSignal<String>,
    findings: Signal<Vec<Finding>>,
    /// Line and column to go to.
    jump: RwSignal<Option<(u32, u32)>>,
    disabled: Signal<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let area = NodeRef::<html::Textarea>::new();
    let gutter = NodeRef::<html::Div>::new();
    let lines = Memo::new(move |_| text.with(|it| it.split('\n').count()));
    let wrong = Memo::new(move |_| {
        findings.with(|it| {
            let lines = it
                .iter()
                .filter(|it| it.problem.place == Place::Template)
                .map(|it| it.problem.line);
            lines.collect::<BTreeSet<_>>()
        })
    });
    Effect::new(move |_| {
        let (Some((line, column)), Some(area)) = (jump.get(), area.get_untracked()) else {
            return;
        };
        let at = text.with_untracked(|it| utf16_offset(it, line, column));
        drop(area.focus());
        drop(area.set_selection_range(at, at));
        // 20 pixels a line (`leading-5`), three lines above it for context.
        let top = i32::try_from(line.saturating_sub(4)).unwrap_or(0) * 20;
        area.set_scroll_top(top);
        jump.set(None);
    });
    let scrolled = move |_| {
        if let (Some(area), Some(gutter)) = (area.get_untracked(), gutter.get_untracked()) {
            gutter.set_scroll_top(area.scroll_top());
        }
    };
    let initial = text.get_untracked();
    view! {
        <div class="mt-4 flex h-[32rem] overflow-hidden rounded-md border border-line-strong bg-surface font-mono text-[13px] leading-5">
            <div node_ref=gutter aria-hidden="true" class="w-12 shrink-0 select-none overflow-hidden border-r border-line bg-sunken py-2 pr-2 text-right text-muted">
                {move || {
                    let wrong = wrong.get();
                    (1..=lines.get())
                        .map(|line| {
                            let bad = u32::try_from(line).is_ok_and(|it| wrong.contains(&it));
                            let class = if bad { "font-bold text-danger" } else { "" };
                            view! { <div class=class>{line}</div> }
                        })
                        .collect_view()
                }}
            </div>
            <textarea
                node_ref=area
                id="field-mjml"
                name="mjml"
                aria-label=move || t_string!(i18n, content.markup)
                class="min-w-0 flex-1 resize-none overflow-auto whitespace-pre bg-surface p-2 text-ink"
                wrap="off"
                spellcheck="false"
                autocapitalize="off"
                disabled=move || disabled.get()
                prop:value=move || text.get()
                on:input=move |event| text.set(event_target_value(&event))
                on:scroll=scrolled
            >
                {initial}
            </textarea>
        </div>
    }
    .into_any()
}

/// Where a line and column (in characters, from 1) are for the browser, which counts UTF-16 units.
fn utf16_offset(text: &str, line: u32, column: u32) -> u32 {
    let mut units = 0;
    for (at, part) in text.split('\n').enumerate() {
        if at + 1 == line as usize {
            let before = part
                .chars()
                .take(column.saturating_sub(1) as usize)
                .map(char::len_utf16)
                .sum::<usize>();
            units += before;
            break;
        }
        units += part.encode_utf16().count() + 1;
    }
    u32::try_from(units).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::utf16_offset;

    #[test]
    fn counts_like_a_browser() {
        assert_eq!(utf16_offset("ab\n🎓cd", 2, 2), 5);
        assert_eq!(utf16_offset("ab", 1, 1), 0);
    }
}
