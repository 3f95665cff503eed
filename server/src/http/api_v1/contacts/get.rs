//! `GET /contacts/{id}`, `GET /contacts/key:{key}`, `GET /contacts/{id}/messages`

use axum::Json;
use domain::access::ReadContacts;
use types::contacts::{Contact, ContactMessage};
use types::{Code, ContactId};

use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// One person
#[utoipa::path(
    get, path = "/contacts/{id}", tag = "contacts", params(("id" = ContactId, Path), UnitParam),
    security(("oauth" = ["contacts:read"])),
    responses((status = 200, body = Contact), (status = "4XX", body = Problem))
)]
pub async fn get(by: By<ReadContacts>, At(id): At<ContactId>) -> Result<Json<Contact>, Stop> {
    let mut tx = by.begin().await?;
    let contact = domain::contacts::get(&mut tx, &by, id).await?;
    contact.map(Json).ok_or_else(|| Code::NotFound.into())
}

/// One person by the unit's own key
#[utoipa::path(
    get, path = "/contacts/by-key/{key}", tag = "contacts", params(("key" = String, Path), UnitParam),
    security(("oauth" = ["contacts:read"])),
    responses((status = 200, body = Contact), (status = "4XX", body = Problem))
)]
pub async fn by_key(by: By<ReadContacts>, At(key): At<String>) -> Result<Json<Contact>, Stop> {
    let mut tx = by.begin().await?;
    let id = domain::contacts::find_by_key(&mut tx, &by, &key)
        .await?
        .ok_or(Code::NotFound)?;
    let contact = domain::contacts::get(&mut tx, &by, id).await?;
    contact.map(Json).ok_or_else(|| Code::NotFound.into())
}

/// The unit's messages to one person, and what became of them
#[utoipa::path(
    get, path = "/contacts/{id}/messages", tag = "contacts", params(("id" = ContactId, Path), UnitParam),
    security(("oauth" = ["contacts:read"])),
    responses((status = 200, body = Vec<ContactMessage>), (status = "4XX", body = Problem))
)]
pub async fn messages(
    by: By<ReadContacts>,
    At(id): At<ContactId>,
) -> Result<Json<Vec<ContactMessage>>, Stop> {
    let mut tx = by.begin().await?;
    domain::contacts::get(&mut tx, &by, id)
        .await?
        .ok_or(Code::NotFound)?;
    Ok(Json(domain::contacts::messages(&mut tx, &by, id).await?))
}
