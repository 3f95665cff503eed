//! Keyset paging, searching and sorting, the same for console and API.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Rows a page may have at the most.
pub const MAX_LIMIT: u32 = 200;
/// Rows a page has when nothing is asked for.
pub const DEFAULT_LIMIT: u32 = 50;

/// What a list asks of the server. Kept in the console's address and in `?limit=&after=` of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct PageQuery {
    /// Free text; empty: everything.
    pub search: String,
    /// Column key, with a leading `-` for descending; empty: the list's own order.
    pub sort: String,
    /// Cursor of the previous page ([`Page::next`]), opaque.
    pub after: Option<String>,
    pub limit: Option<u32>,
    /// Column filters by key.
    pub filters: BTreeMap<String, String>,
}

impl PageQuery {
    /// The limit, kept within bounds.
    #[must_use]
    pub fn limit(&self) -> i64 {
        i64::from(self.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT))
    }

    /// Column and direction (`true`: descending).
    #[must_use]
    pub fn sort_by(&self) -> (&str, bool) {
        match self.sort.strip_prefix('-') {
            Some(column) => (column, true),
            None => (self.sort.as_str(), false),
        }
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Give it back as `after` for the next page; none: this is the last.
    pub next: Option<String>,
    /// How many there are in all, where it can be said at once.
    pub total: Option<u64>,
    /// `total` is an estimate of the database's statistics.
    #[serde(default)]
    pub estimated: bool,
}

impl<T> Page<T> {
    /// Makes a page of rows that were asked for with `limit + 1`: the surplus row says that there is a next page.
    pub fn from_rows(mut rows: Vec<T>, limit: i64, cursor: impl Fn(&T) -> String) -> Self {
        let limit = usize::try_from(limit).unwrap_or(0);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more { rows.last().map(cursor) } else { None };
        Self {
            items: rows,
            next,
            total: None,
            estimated: false,
        }
    }

    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(f).collect(),
            next: self.next,
            total: self.total,
            estimated: self.estimated,
        }
    }

    #[must_use]
    pub fn with_total(mut self, total: i64, estimated: bool) -> Self {
        self.total = u64::try_from(total).ok();
        self.estimated = estimated;
        self
    }
}
