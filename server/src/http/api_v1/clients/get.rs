//! `GET /clients/{id}`

use axum::Json;
use domain::access::ManageClients;
use types::clients::ApiClient;
use types::{ClientId, Code};

use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// One API client
#[utoipa::path(
    get, path = "/clients/{id}", tag = "clients", params(("id" = ClientId, Path), UnitParam),
    security(("oauth" = ["clients:write"])),
    responses((status = 200, body = ApiClient), (status = "4XX", body = Problem))
)]
pub async fn get(by: By<ManageClients>, At(id): At<ClientId>) -> Result<Json<ApiClient>, Stop> {
    let mut tx = by.begin().await?;
    let found = domain::clients::get(&mut tx, &by, id).await?;
    found.map(Json).ok_or_else(|| Code::NotFound.into())
}
