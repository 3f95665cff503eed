//! Lists: `?limit=&after=&search=&sort=`, and a list's own filters by name.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::Deserialize;
use types::{Code, PageQuery};
use utoipa::IntoParams;

use super::problem::Stop;
use crate::state::AppState;

/// What every list takes.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(
    dead_code,
    reason = "describes the parameters in OpenAPI; `Paging` reads them"
)]
pub struct ListParams {
    /// Key or id of the unit; absent: the client's own.
    unit: Option<String>,
    /// Rows a page, at most 200; 50 unless told.
    limit: Option<u32>,
    /// The `next` of the page before.
    after: Option<String>,
    /// Free text.
    search: Option<String>,
    /// A column, with `-` in front for descending.
    sort: Option<String>,
}

/// What a call about one unit takes.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters in OpenAPI; `By` reads them")]
pub struct UnitParam {
    /// Key or id of the unit; absent: the client's own.
    unit: Option<String>,
}

/// The page that was asked for.
pub struct Paging(pub PageQuery);

impl FromRequestParts<AppState> for Paging {
    type Rejection = Stop;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Stop> {
        let mut query = PageQuery::default();
        let pairs = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        for (name, value) in pairs {
            let value = value.into_owned();
            match name.as_ref() {
                "unit" => {}
                // As described: a whole number of 32 bits.
                "limit" => match value
                    .parse::<i32>()
                    .ok()
                    .and_then(|limit| u32::try_from(limit).ok())
                {
                    Some(limit) if limit > 0 => query.limit = Some(limit),
                    _ => return Err(domain::Error::field("limit", Code::OutOfRange).into()),
                },
                "after" => query.after = Some(value),
                "search" => query.search = value,
                "sort" => query.sort = value,
                filter => {
                    query.filters.insert(filter.to_owned(), value);
                }
            }
        }
        Ok(Self(query))
    }
}

/// A page of a list that the domain gives as a whole, since it is short by nature (topics, units, people in a unit). The
/// cursor is the last row's id, so that a page stays right when rows come and go meanwhile.
pub(super) fn page_of<T>(
    query: &PageQuery,
    items: Vec<T>,
    id: impl Fn(&T) -> uuid::Uuid,
) -> Result<types::Page<T>, Stop> {
    let total = items.len();
    let after: Option<uuid::Uuid> = domain::cursor::decode(query.after.as_deref())?;
    let skipped = match after {
        None => 0,
        Some(after) => {
            let found = items.iter().position(|item| id(item) == after);
            found.ok_or_else(|| domain::Error::field("after", Code::UnknownReference))? + 1
        }
    };
    let limit = query.limit();
    let surplus = usize::try_from(limit).unwrap_or(0) + 1;
    let rows: Vec<T> = items.into_iter().skip(skipped).take(surplus).collect();
    let page = types::Page::from_rows(rows, limit, |item| domain::cursor::encode(&id(item)));
    Ok(page.with_total(i64::try_from(total).unwrap_or(i64::MAX), false))
}
