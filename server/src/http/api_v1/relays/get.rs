//! `GET /relays/{id}`

use axum::Json;
use domain::access::ManageSystem;
use types::sending::Relay;
use types::{Code, RelayId};

use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// One relay
#[utoipa::path(
    get, path = "/relays/{id}", tag = "relays", params(("id" = RelayId, Path), UnitParam),
    security(("oauth" = ["system:write"])),
    responses((status = 200, body = Relay), (status = "4XX", body = Problem))
)]
pub async fn get(by: By<ManageSystem>, At(id): At<RelayId>) -> Result<Json<Relay>, Stop> {
    let mut tx = by.begin().await?;
    let found = domain::sending::get_relay(&mut tx, &by, id).await?;
    found.map(Json).ok_or_else(|| Code::NotFound.into())
}
