//! `GET /messaging/v1/email/definitions`

use axum::Json;
use axum::extract::RawQuery;
use domain::access::ReadCampaigns;
use domain::messages::catalogue::{self, Order, Wanted};
use serde::Serialize;

use crate::http::api_v1::caller::By;
use crate::http::sfmc::fault::{ErrorCode, Fault};
use crate::http::sfmc::map::definition::{self, Listed};
use crate::http::sfmc::request_id;

/// Rows a page unless told, and at most.
const SIZE: u32 = 50;
const MOST: u32 = 500;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    request_id: String,
    definitions: Vec<Listed>,
    /// Of this page, as theirs.
    count: usize,
    page: u32,
    page_size: u32,
}

/// A numbered page of the unit's definitions; without a filter all but the deleted ones.
pub async fn list(by: By<ReadCampaigns>, RawQuery(query): RawQuery) -> Result<Json<Answer>, Fault> {
    let wanted = read(query.as_deref().unwrap_or_default())?;
    let mut tx = by.begin().await?;
    let found = catalogue::catalogue(&mut tx, &by, &wanted).await?;
    let definitions: Vec<Listed> = found.into_iter().map(definition::listed).collect();
    Ok(Json(Answer {
        request_id: request_id(&by.domain),
        count: definitions.len(),
        definitions,
        page: wanted.page,
        page_size: wanted.size,
    }))
}

fn read(query: &str) -> Result<Wanted, Fault> {
    let mut wanted = Wanted {
        standing: None,
        negated: false,
        order: Order::Key,
        descending: false,
        page: 1,
        size: SIZE,
    };
    let wrong = |text: &str| Fault::bad(ErrorCode::VALUE, text);
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match name.to_ascii_lowercase().as_str() {
            "$page" | "page" => {
                let page = value.parse::<u32>().ok().filter(|page| *page > 0);
                wanted.page = page.ok_or_else(|| wrong("$page is a number from 1"))?;
            }
            "$pagesize" | "pagesize" => {
                let size = value.parse::<u32>().ok().filter(|size| *size > 0);
                wanted.size = size
                    .ok_or_else(|| wrong("$pageSize is a number from 1"))?
                    .min(MOST);
            }
            "$filter" => {
                let (standing, negated) = filter(&value)
                    .ok_or_else(|| wrong("$filter is: status eq active, inactive or deleted; or neq"))?;
                wanted.standing = Some(standing);
                wanted.negated = negated;
            }
            "$orderby" => {
                let (order, descending) = order(&value).ok_or_else(|| {
                    wrong("$orderBy is definitionKey, name, createdDate, modifiedDate or status, with asc or desc")
                })?;
                wanted.order = order;
                wanted.descending = descending;
            }
            _ => {}
        }
    }
    Ok(wanted)
}

/// `status eq active`, with or without quotation marks.
fn filter(text: &str) -> Option<(catalogue::Standing, bool)> {
    let mut words = text.split_whitespace();
    let (field, verb, value) = (words.next()?, words.next()?, words.next()?);
    if words.next().is_some() || !field.eq_ignore_ascii_case("status") {
        return None;
    }
    let negated = match verb.to_ascii_lowercase().as_str() {
        "eq" => false,
        "neq" | "ne" => true,
        _ => return None,
    };
    Some((definition::standing(value.trim_matches(['\'', '"']))?, negated))
}

/// `name`, `name desc`
fn order(text: &str) -> Option<(Order, bool)> {
    let mut words = text.split_whitespace();
    let order = match words.next()?.to_ascii_lowercase().as_str() {
        "definitionkey" => Order::Key,
        "name" => Order::Name,
        "createddate" => Order::Created,
        "modifieddate" => Order::Modified,
        "status" => Order::Standing,
        _ => return None,
    };
    match words.next().map(str::to_ascii_lowercase).as_deref() {
        None | Some("asc") => Some((order, false)),
        Some("desc") => Some((order, true)),
        Some(_) => None,
    }
}
