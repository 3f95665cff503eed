//! Above a table: search, filters, and what to do with the chosen rows.

use super::ListAddress;
use crate::ui::button::{IconButton, Size};
use crate::ui::icon::Icon;
use crate::ui::input::{SearchInput, Select};
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use std::collections::BTreeSet;
use std::time::Duration;
use types::PageQuery;

/// How long after the last keystroke a search starts.
const TYPING: Duration = Duration::from_millis(250);

/// A filter above a table: a list of values for one key of the address.
#[component]
pub fn FilterSelect(
    key: &'static str,
    #[prop(into)] label: TextProp,
    /// Value and label; the choice of everything is added.
    #[prop(into)]
    options: Signal<Vec<(String, String)>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let address = ListAddress::here();
    let map = use_query_map();
    let current = RwSignal::new(map.with_untracked(|map| map.get(key).unwrap_or_default()));
    Effect::new(move |_| current.set(map.with(|map| map.get(key).unwrap_or_default())));
    let navigate = use_navigate();
    let name = label.clone();
    let choices = Signal::derive(move || {
        let all = format!("{}: {}", label.get(), t_string!(i18n, common.all));
        let mut choices = vec![(String::new(), all)];
        choices.extend(options.get());
        choices
    });
    view! {
        <div class="w-44 max-w-full">
            <Select
                name=key
                label=name
                options=choices
                bind=current
                on_change=Callback::new(move |value: String| {
                    navigate(&address.with(key, &value), NavigateOptions { scroll: false, ..Default::default() });
                })
            />
        </div>
    }
}

/// A filter above a table: a day for one key of the address.
#[component]
pub fn FilterDay(key: &'static str, #[prop(into)] label: TextProp) -> impl IntoView {
    let address = ListAddress::here();
    let map = use_query_map();
    let current = move || map.with(|map| map.get(key).unwrap_or_default());
    let navigate = use_navigate();
    view! {
        <label class="flex items-center gap-2 text-[13px] text-muted">
            {move || label.get()}
            <input
                type="date"
                name=key
                class="h-9 rounded-md border border-line-strong bg-surface px-2.5 text-sm text-ink"
                value=untrack(current)
                prop:value=current
                on:change=move |event| {
                    let target = address.with(key, &event_target_value(&event));
                    navigate(&target, NavigateOptions { scroll: false, ..Default::default() });
                }
            />
        </label>
    }
}

/// Search and filters: a GET form, so that Enter works without script; with it, typing is enough.
#[component]
pub(super) fn Bar(
    query: Memo<PageQuery>,
    search: Option<TextProp>,
    filters: Option<ViewFn>,
) -> impl IntoView {
    let address = ListAddress::here();
    let navigate = StoredValue::new(use_navigate());
    let go = move |text: String| {
        let target = address.with("q", text.trim());
        let options = NavigateOptions {
            replace: true,
            scroll: false,
            ..Default::default()
        };
        navigate.with_value(|navigate| navigate(&target, options));
    };
    let typed = RwSignal::new(String::new());
    let pending = StoredValue::new(None::<TimeoutHandle>);
    let on_input = Callback::new(move |text: String| {
        typed.set(text.clone());
        if let Some(handle) = pending.get_value() {
            handle.clear();
        }
        pending.set_value(set_timeout_with_handle(move || go(text.clone()), TYPING).ok());
    });
    let value = Signal::derive(move || query.with(|query| query.search.clone()));
    view! {
        <form
            method="get"
            role="search"
            class="flex flex-wrap items-center gap-2 border-b border-line p-3"
            on:submit=move |event| {
                event.prevent_default();
                if search_pending(pending) {
                    go(typed.get_untracked());
                }
            }
        >
            {search
                .map(|label| {
                    view! {
                        <div class="min-w-48 flex-1 sm:max-w-80">
                            <SearchInput label value on_input />
                        </div>
                    }
                })}
            {filters.map(|filters| filters.run())}
            {move || {
                let sort = query.with(|query| query.sort.clone());
                (!sort.is_empty()).then(|| view! { <input type="hidden" name="sort" value=sort /> })
            }}
        </form>
    }
}

/// Whether a typed search had not started yet; if so it is called off, for the caller to start it now.
fn search_pending(pending: StoredValue<Option<TimeoutHandle>>) -> bool {
    match pending.get_value() {
        Some(handle) => {
            handle.clear();
            pending.set_value(None);
            true
        }
        None => false,
    }
}

#[component]
pub(super) fn SelectionBar(selected: RwSignal<BTreeSet<String>>, bulk: Option<ViewFn>) -> impl IntoView {
    let i18n = use_i18n();
    let count = move || selected.with(BTreeSet::len);
    view! {
        <div role="status" class=move || {
            if count() == 0 { "sr-only" } else { "flex flex-wrap items-center gap-3 border-b border-line bg-accent-soft px-4 py-2" }
        }>
            {move || {
                (count() > 0)
                    .then(|| {
                        view! {
                            <span class="font-medium tabular-nums">{t!(i18n, common.selected_count, count = count)}</span>
                            {bulk.as_ref().map(ViewFn::run)}
                            <span class="ml-auto">
                                <IconButton
                                    icon=Icon::Close
                                    size=Size::Small
                                    label=move || t_string!(i18n, common.clear_selection)
                                    on_click=move |_| selected.set(BTreeSet::new())
                                />
                            </span>
                        }
                    })
            }}
        </div>
    }
}
