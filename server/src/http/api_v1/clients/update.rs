//! `PUT /clients/{id}`

use axum::http::StatusCode;
use axum::response::Response;
use domain::access::ManageClients;
use types::ClientId;
use types::clients::ApiClientInput;

use crate::http::api_v1::act::{Input, Made};
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Change what a client may do, from where, and how often
///
/// With the `edit_version` that was read. It counts from the client's next call on, also for tokens it holds: what was taken away is gone;
/// what was added comes with the next token.
#[utoipa::path(
    put, path = "/clients/{id}", tag = "clients", params(("id" = ClientId, Path), UnitParam),
    security(("oauth" = ["clients:write"])), request_body = ApiClientInput,
    responses((status = 200, body = Made<ClientId>), (status = "4XX", body = Problem))
)]
pub async fn update(
    by: By<ManageClients>,
    At(id): At<ClientId>,
    input: Input<ApiClientInput>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    let may = |permission| by.actor.may(permission, by.unit());
    domain::clients::update(&mut act.tx, &by, may, id, &act.input).await?;
    act.done(StatusCode::OK, &Made { id }).await
}
