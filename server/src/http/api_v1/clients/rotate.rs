//! `POST /clients/{id}/rotate`

use axum::http::StatusCode;
use axum::response::Response;
use domain::access::ManageClients;
use types::ClientId;
use types::clients::{ApiCredentials, RotateInput};

use crate::http::api_v1::act::Input;
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Give a client a new secret
///
/// The present ones work for another day, or as long as is asked for. Takes no idempotency key, as for making one.
#[utoipa::path(
    post, path = "/clients/{id}/rotate", tag = "clients", params(("id" = ClientId, Path), UnitParam),
    security(("oauth" = ["clients:write"])), request_body = RotateInput,
    responses((status = 201, body = ApiCredentials), (status = "4XX", body = Problem))
)]
pub async fn rotate(
    by: By<ManageClients>,
    At(id): At<ClientId>,
    input: Input<RotateInput>,
) -> Result<Response, Stop> {
    let mut act = input.without_key().begin(&by).await?;
    let made = domain::clients::rotate(&mut act.tx, &by, id, act.input).await?;
    act.done(StatusCode::CREATED, &made).await
}
