//! Below a table: how many there are, and the other pages.

use super::ListAddress;
use crate::ui::button::{self, Button, Kind, Size};
use crate::ui::format::number;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use types::PageQuery;

/// How many there are, and the ways to the next and previous page.
#[component]
pub(super) fn Foot(
    query: Memo<PageQuery>,
    next: Option<String>,
    shown: usize,
    total: Option<u64>,
    estimated: bool,
    /// Cursors of the pages seen before this one, for the way back.
    trail: RwSignal<Vec<Option<String>>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let address = ListAddress::here();
    let paged = next.is_some() || query.with_untracked(|query| query.after.is_some());
    let count = move || {
        let locale = i18n.get_locale();
        match total {
            Some(total) if estimated => {
                t_string!(i18n, common.entries_about, total = number(locale, total)).to_string()
            }
            Some(total) => {
                let figure = number(locale, total);
                t_string!(i18n, common.entries_count, count = total, figure = figure).to_string()
            }
            None => {
                let figure = number(locale, shown as u64);
                t_string!(i18n, common.entries_shown, count = shown as u64, figure = figure).to_string()
            }
        }
    };
    let navigate = StoredValue::new(use_navigate());
    let go =
        move |target: String| navigate.with_value(|navigate| navigate(&target, NavigateOptions::default()));
    let back = move |_| {
        let before = trail.try_update(Vec::pop).flatten();
        go(address.with("after", before.flatten().as_deref().unwrap_or_default()));
    };
    let forward = next.clone().map(|next| move || address.with("after", &next));
    let remember =
        move |_| trail.update(|trail| trail.push(query.with_untracked(|query| query.after.clone())));
    let on_first = Memo::new(move |_| query.with(|query| query.after.is_none()));
    view! {
        <div class="flex min-h-11 flex-wrap items-center justify-between gap-3 border-t border-line px-4 py-2 text-[13px] text-muted">
            <span class="tabular-nums">{count}</span>
            {paged
                .then(|| {
                    view! {
                        <nav class="flex items-center gap-2" aria-label=move || t_string!(i18n, common.pages)>
                            <Button size=Size::Small kind=Kind::Secondary disabled=Signal::from(on_first) on_click=back>
                                {t!(i18n, common.previous)}
                            </Button>
                            {match forward {
                                Some(href) => {
                                    view! {
                                        <a
                                            href=href
                                            class=button::classes(Kind::Secondary, Size::Small)
                                            on:click=remember
                                        >
                                            {t!(i18n, common.next)}
                                        </a>
                                    }
                                        .into_any()
                                }
                                None => {
                                    view! {
                                        <Button size=Size::Small kind=Kind::Secondary disabled=true>
                                            {t!(i18n, common.next)}
                                        </Button>
                                    }
                                        .into_any()
                                }
                            }}
                        </nav>
                    }
                })}
        </div>
    }
}
