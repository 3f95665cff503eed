//! `POST /clients`

use axum::http::StatusCode;
use axum::response::Response;
use domain::access::ManageClients;
use types::clients::{ApiClientInput, ApiCredentials};

use crate::http::api_v1::act::Input;
use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Let a system in
///
/// With no more than the caller may do itself. The secret is shown in this answer only; so that it is not kept anywhere,
/// this one call takes no idempotency key.
#[utoipa::path(
    post, path = "/clients", tag = "clients", params(UnitParam), security(("oauth" = ["clients:write"])),
    request_body = ApiClientInput,
    responses((status = 201, body = ApiCredentials), (status = "4XX", body = Problem))
)]
pub async fn create(by: By<ManageClients>, input: Input<ApiClientInput>) -> Result<Response, Stop> {
    let mut act = input.without_key().begin(&by).await?;
    let may = |permission| by.actor.may(permission, by.unit());
    let made = domain::clients::create(&mut act.tx, &by, may, &act.input).await?;
    act.done(StatusCode::CREATED, &made).await
}
