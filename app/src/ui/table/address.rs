//! What the address says about a list, and addresses that say something else.

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};
use leptos_router::params::ParamsMap;
use types::PageQuery;

/// What the address asks of a list. `filters` are the keys that the list knows; other parameters are not its business.
#[must_use]
pub fn use_list_query(filters: &'static [&'static str]) -> Memo<PageQuery> {
    let map = use_query_map();
    Memo::new(move |_| {
        map.with(|map| PageQuery {
            search: map.get("q").unwrap_or_default(),
            sort: map.get("sort").unwrap_or_default(),
            after: map.get("after").filter(|cursor| !cursor.is_empty()),
            limit: map.get("limit").and_then(|limit| limit.parse().ok()),
            filters: filters
                .iter()
                .filter_map(|key| {
                    let value = map.get(key).filter(|value| !value.is_empty())?;
                    Some(((*key).to_owned(), value))
                })
                .collect(),
        })
    })
}

/// Makes addresses of the same list that differ in one parameter.
#[derive(Clone, Copy)]
pub struct ListAddress {
    path: Memo<String>,
    query: Memo<ParamsMap>,
}

impl ListAddress {
    #[must_use]
    pub fn here() -> Self {
        Self {
            path: use_location().pathname,
            query: use_query_map(),
        }
    }

    /// The address with `key` set, or removed where `value` is empty. Any change but the cursor's goes back to the first page.
    #[must_use]
    pub fn with(self, key: &str, value: &str) -> String {
        let mut query = self.query.get();
        if key != "after" {
            query.remove("after");
        }
        query.remove(key);
        if !value.is_empty() {
            query.insert(key.to_owned(), value.to_owned());
        }
        format!("{}{}", self.path.get(), query.to_query_string())
    }

    /// The address without any of `keys`.
    #[must_use]
    pub fn without(self, keys: &[&str]) -> String {
        let mut query = self.query.get();
        for key in keys.iter().chain(&["after"]) {
            query.remove(key);
        }
        format!("{}{}", self.path.get(), query.to_query_string())
    }
}
