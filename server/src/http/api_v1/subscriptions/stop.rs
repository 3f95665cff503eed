//! `POST /subscriptions/stop` and `POST /subscriptions/restore`: all marketing, from every unit.

use axum::http::StatusCode;
use axum::response::Response;
use domain::access::ManageContacts;
use serde::Deserialize;
use types::ContactId;
use utoipa::ToSchema;

use super::choose::Changed;
use crate::http::api_v1::act::Input;
use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Who wants to hear nothing.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Person {
    contact_id: ContactId,
}

/// Who wants to hear from us again.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Agreement {
    contact_id: ContactId,
    /// The words the person agreed to.
    wording: String,
}

/// Stop all marketing to a person
///
/// In every unit at once, also what is already queued.
#[utoipa::path(
    post, path = "/subscriptions/stop", tag = "subscriptions", params(UnitParam),
    security(("oauth" = ["contacts:write"])), request_body = Person,
    responses((status = 200, body = Changed), (status = "4XX", body = Problem))
)]
pub async fn stop(by: By<ManageContacts>, input: Input<Person>) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    let changed = domain::topics::unsubscribe_all_for(&mut act.tx, &by, act.input.contact_id).await?;
    act.done(StatusCode::OK, &Changed { changed }).await
}

/// Take the stop back, at the person's word
#[utoipa::path(
    post, path = "/subscriptions/restore", tag = "subscriptions", params(UnitParam),
    security(("oauth" = ["contacts:write"])), request_body = Agreement,
    responses((status = 200, body = Changed), (status = "4XX", body = Problem))
)]
pub async fn restore(by: By<ManageContacts>, input: Input<Agreement>) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    let (contact, wording) = (act.input.contact_id, &act.input.wording);
    let changed = domain::topics::restore_all_for(&mut act.tx, &by, contact, wording).await?;
    act.done(StatusCode::OK, &Changed { changed }).await
}
