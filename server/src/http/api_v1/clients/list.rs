//! `GET /clients`

use axum::Json;
use domain::access::ManageClients;
use types::Page;
use types::clients::ApiClient;

use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::{ListParams, Paging, page_of};
use crate::http::api_v1::problem::{Problem, Stop};

/// List the unit's API clients
#[utoipa::path(
    get, path = "/clients", tag = "clients", params(ListParams), security(("oauth" = ["clients:write"])),
    responses((status = 200, body = Page<ApiClient>), (status = "4XX", body = Problem))
)]
pub async fn list(by: By<ManageClients>, Paging(query): Paging) -> Result<Json<Page<ApiClient>>, Stop> {
    let mut tx = by.begin().await?;
    let clients = domain::clients::list(&mut tx, &by).await?;
    Ok(Json(page_of(&query, clients, |client| client.id.uuid())?))
}
