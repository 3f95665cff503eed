//! `POST /contacts`

use axum::http::StatusCode;
use axum::response::Response;
use domain::access::ManageContacts;
use types::ContactId;
use types::contacts::ContactInput;

use crate::http::api_v1::act::{Input, Made};
use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Add a person to the unit
///
/// Somebody whom the installation knows by the address already is the same person; nothing about them is told.
#[utoipa::path(
    post, path = "/contacts", tag = "contacts", params(UnitParam), security(("oauth" = ["contacts:write"])),
    request_body = ContactInput,
    responses((status = 201, body = Made<ContactId>), (status = "4XX", body = Problem))
)]
pub async fn create(by: By<ManageContacts>, input: Input<ContactInput>) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    let id = domain::contacts::create(&mut act.tx, &by, &act.input).await?;
    act.done(StatusCode::CREATED, &Made { id }).await
}
