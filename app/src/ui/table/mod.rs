//! Lists that may have a million rows: the server searches, sorts, filters and pages; the address keeps it all.
//!
//! Everything works as links and a GET form before the script is there. What the address says is a [`PageQuery`]
//! ([`use_list_query`]): `q` is the search, `sort` the column (`-name` for descending), `after` the cursor, every other
//! known key a filter.

mod address;
mod bar;
mod column;
mod foot;

use self::bar::{Bar, SelectionBar};
use self::column::{Head, table_row};
use self::foot::Foot;
use super::badge::Tone;
use super::empty::{EmptyState, Notice};
use super::error_text::error_text;
use super::icon::Icon;
use super::progress::SkeletonRows;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use std::collections::BTreeSet;
use types::{ApiError, Page, PageQuery};

pub use self::address::{ListAddress, use_list_query};
pub use self::bar::{FilterDay, FilterSelect};
pub use self::column::{Align, Column};

/// The table. `rows` is the caller's resource over [`use_list_query`]; the rest is here: search and filters (`filters`),
/// sortable heads, selection with its bar (`selected` and `bulk`), count, paging, loading, emptiness and errors.
#[component]
pub fn DataTable<T>(
    /// Name of the table for assistive technology.
    #[prop(into)]
    caption: TextProp,
    query: Memo<PageQuery>,
    rows: Resource<Result<Page<T>, ApiError>>,
    columns: Vec<Column<T>>,
    /// Key of a row, for selection.
    row_id: fn(&T) -> String,
    /// What the list shows when there is nothing at all: an [`EmptyState`] that says what to do next.
    #[prop(into)]
    empty: ViewFn,
    /// Label of the search field; absent: no search.
    #[prop(optional, into)]
    search: Option<TextProp>,
    /// [`FilterSelect`]s.
    #[prop(optional, into)]
    filters: Option<ViewFn>,
    /// Keys of chosen rows; with it comes a column of checkboxes.
    #[prop(optional)]
    selected: Option<RwSignal<BTreeSet<String>>>,
    /// Name of a row for its checkbox.
    #[prop(optional)]
    row_name: Option<fn(&T) -> String>,
    /// Buttons of the bar that appears while something is chosen.
    #[prop(optional, into)]
    bulk: Option<ViewFn>,
) -> impl IntoView
where
    T: Clone + Send + Sync + serde::Serialize + serde::de::DeserializeOwned + 'static,
{
    let i18n = use_i18n();
    let narrowed =
        Memo::new(move |_| query.with(|query| !query.search.is_empty() || !query.filters.is_empty()));
    let columns = StoredValue::new(columns);
    let caption = StoredValue::new(caption);
    let empty = StoredValue::new(empty);
    let trail = RwSignal::new(Vec::<Option<String>>::new());
    let has_bar = search.is_some() || filters.is_some();
    // Another search or order starts a new way through the pages, and nothing stays chosen that cannot be seen.
    let place = Memo::new(move |_| query.with(|q| (q.search.clone(), q.sort.clone(), q.filters.clone())));
    Effect::new(move |before: Option<()>| {
        place.track();
        if before.is_some() {
            trail.set(Vec::new());
            if let Some(selected) = selected {
                selected.set(BTreeSet::new());
            }
        }
    });
    let body = move || {
        rows.get().map(|answer| match answer {
            Ok(page) if page.items.is_empty() && query.with_untracked(|q| q.after.is_none()) => {
                if narrowed.get_untracked() {
                    view! { <NothingMatches query /> }.into_any()
                } else {
                    empty.with_value(ViewFn::run)
                }
            }
            Ok(page) => {
                let foot = view! { <Foot query next=page.next.clone() shown=page.items.len() total=page.total estimated=page.estimated trail /> };
                view! {
                    <div class="overflow-x-auto" tabindex="0" role="region" aria-label=caption.with_value(TextProp::get)>
                        <table class="w-full border-collapse text-sm">
                            <caption class="sr-only">{caption.with_value(TextProp::get)}</caption>
                            <Head query columns ids=page.items.iter().map(row_id).collect() selected />
                            <tbody>
                                {page
                                    .items
                                    .iter()
                                    .map(|row| table_row(row, columns, row_id, row_name, selected))
                                    .collect_view()}
                            </tbody>
                        </table>
                    </div>
                    {foot}
                }
                .into_any()
            }
            Err(error) => view! {
                <div class="p-4">
                    <Notice tone=Tone::Danger>
                        {error_text(i18n.get_locale(), &error)} " "
                        <button type="button" class="font-medium text-accent underline" on:click=move |_| rows.refetch()>
                            {t!(i18n, common.retry)}
                        </button>
                    </Notice>
                </div>
            }
            .into_any(),
        })
    };
    view! {
        <div class="min-w-0 rounded-md border border-line bg-surface">
            {has_bar.then(|| view! { <Bar query search filters /> })}
            {selected.map(|selected| view! { <SelectionBar selected bulk /> })}
            <Transition fallback=|| view! { <SkeletonRows rows=8 /> }>{body}</Transition>
        </div>
    }
}

#[component]
fn NothingMatches(query: Memo<PageQuery>) -> impl IntoView {
    let i18n = use_i18n();
    let address = ListAddress::here();
    let clear = move || {
        query.with(|query| {
            let mut keys: Vec<&str> = query.filters.keys().map(String::as_str).collect();
            keys.push("q");
            address.without(&keys)
        })
    };
    view! {
        <EmptyState
            icon=Icon::Search
            title=move || t_string!(i18n, common.nothing_matches)
            text=move || t_string!(i18n, common.nothing_matches_hint)
        >
            <a href=clear class="font-medium text-accent underline">
                {t!(i18n, common.clear_filters)}
            </a>
        </EmptyState>
    }
}
