//! `DELETE /clients/{id}`

use axum::response::Response;
use domain::access::ManageClients;
use types::ClientId;

use crate::http::api_v1::act::{Input, Nothing};
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Shut a client out at once
#[utoipa::path(
    delete, path = "/clients/{id}", tag = "clients", params(("id" = ClientId, Path), UnitParam),
    security(("oauth" = ["clients:write"])),
    responses((status = 204), (status = "4XX", body = Problem))
)]
pub async fn revoke(
    by: By<ManageClients>,
    At(id): At<ClientId>,
    input: Input<Nothing>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    domain::clients::revoke(&mut act.tx, &by, id).await?;
    act.done_empty().await
}
