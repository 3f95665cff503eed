//! Columns, heads and rows.

use super::ListAddress;
use crate::ui::icon::{Glyph, Icon};
use i18n::{t_string, use_i18n};
use leptos::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;
use types::PageQuery;

/// How a column is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    #[default]
    Start,
    /// Figures.
    End,
}

/// One column of a [`DataTable`].
#[derive(Clone)]
pub struct Column<T> {
    title: TextProp,
    sort: Option<&'static str>,
    align: Align,
    wide_only: bool,
    cell: Arc<dyn Fn(&T) -> AnyView + Send + Sync>,
}

impl<T> Column<T> {
    pub fn new<V: IntoAny>(
        title: impl Into<TextProp>,
        cell: impl Fn(&T) -> V + Send + Sync + 'static,
    ) -> Self {
        Self {
            title: title.into(),
            sort: None,
            align: Align::Start,
            wide_only: false,
            cell: Arc::new(move |row| cell(row).into_any()),
        }
    }

    /// Sortable under this key of [`PageQuery::sort`].
    #[must_use]
    pub fn sortable(mut self, key: &'static str) -> Self {
        self.sort = Some(key);
        self
    }

    /// A column of figures.
    #[must_use]
    pub fn figures(mut self) -> Self {
        self.align = Align::End;
        self
    }

    /// Left out on phones.
    #[must_use]
    pub fn wide_only(mut self) -> Self {
        self.wide_only = true;
        self
    }

    fn classes(&self) -> String {
        let align = if self.align == Align::End {
            "text-right tabular-nums"
        } else {
            "text-left"
        };
        let shown = if self.wide_only {
            "hidden md:table-cell"
        } else {
            ""
        };
        format!("{align} {shown}")
    }
}

pub(super) fn table_row<T>(
    row: &T,
    columns: StoredValue<Vec<Column<T>>>,
    row_id: fn(&T) -> String,
    row_name: Option<fn(&T) -> String>,
    selected: Option<RwSignal<BTreeSet<String>>>,
) -> AnyView
where
    T: Send + Sync + 'static,
{
    let id = row_id(row);
    let name = row_name.map_or_else(|| id.clone(), |name| name(row));
    let tick = selected.map(|selected| {
        let (own, other) = (id.clone(), id.clone());
        view! {
            <td class="w-10 py-3 pl-4 align-top">
                <input
                    type="checkbox"
                    class="block h-4 w-4"
                    aria-label=name
                    prop:checked=move || selected.with(|chosen| chosen.contains(&own))
                    on:change=move |event| {
                        let on = event_target_checked(&event);
                        selected
                            .update(|chosen| {
                                if on {
                                    chosen.insert(other.clone());
                                } else {
                                    chosen.remove(&other);
                                }
                            });
                    }
                />
            </td>
        }
    });
    let cells = columns.with_value(|columns| {
        columns
            .iter()
            .map(|column| {
                view! { <td class=format!("px-4 py-2.5 align-top {}", column.classes())>{(column.cell)(row)}</td> }
            })
            .collect_view()
    });
    view! { <tr class="border-t border-line hover:bg-hover">{tick} {cells}</tr> }.into_any()
}

/// Column heads; a sortable one is a link that turns the order around.
#[component]
pub(super) fn Head<T: Send + Sync + 'static>(
    query: Memo<PageQuery>,
    columns: StoredValue<Vec<Column<T>>>,
    ids: Vec<String>,
    selected: Option<RwSignal<BTreeSet<String>>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let address = ListAddress::here();
    let all = StoredValue::new(ids);
    let every =
        move |chosen: &BTreeSet<String>| all.with_value(|ids| ids.iter().all(|id| chosen.contains(id)));
    let tick = selected.map(|selected| {
        view! {
            <th scope="col" class="w-10 py-2 pl-4">
                <input
                    type="checkbox"
                    class="block h-4 w-4"
                    aria-label=move || t_string!(i18n, common.select_page)
                    prop:checked=move || selected.with(every)
                    on:change=move |event| {
                        let on = event_target_checked(&event);
                        selected
                            .update(|chosen| {
                                all.with_value(|ids| {
                                    for id in ids {
                                        if on {
                                            chosen.insert(id.clone());
                                        } else {
                                            chosen.remove(id);
                                        }
                                    }
                                });
                            });
                    }
                />
            </th>
        }
    });
    let heads = columns.with_value(|columns| {
        columns
            .iter()
            .map(|column| {
                let title = column.title.clone();
                let class = format!("px-4 py-2 text-[13px] font-medium whitespace-nowrap text-muted {}", column.classes());
                match column.sort {
                    None => view! { <th scope="col" class=class>{move || title.get()}</th> }.into_any(),
                    Some(key) => {
                        let order = Memo::new(move |_| {
                            query.with(|query| match query.sort_by() {
                                (column, descending) if column == key => Some(descending),
                                _ => None,
                            })
                        });
                        let href = move || match order.get() {
                            Some(false) => address.with("sort", &format!("-{key}")),
                            _ => address.with("sort", key),
                        };
                        view! {
                            <th
                                scope="col"
                                class=class
                                aria-sort=move || {
                                    order.get().map(|descending| if descending { "descending" } else { "ascending" })
                                }
                            >
                                <a href=href class="inline-flex items-center gap-1 text-muted no-underline hover:text-ink">
                                    {move || title.get()}
                                    {move || match order.get() {
                                        Some(true) => view! { <Glyph icon=Icon::ArrowDown class="h-3.5 w-3.5 flex-none" /> }.into_any(),
                                        Some(false) => view! { <Glyph icon=Icon::ArrowUp class="h-3.5 w-3.5 flex-none" /> }.into_any(),
                                        None => view! { <span class="w-3.5"></span> }.into_any(),
                                    }}
                                </a>
                            </th>
                        }
                        .into_any()
                    }
                }
            })
            .collect_view()
    });
    view! {
        <thead>
            <tr>{tick} {heads}</tr>
        </thead>
    }
}
