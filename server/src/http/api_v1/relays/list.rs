//! `GET /relays`

use axum::Json;
use domain::access::ManageSystem;
use types::Page;
use types::sending::Relay;

use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::{ListParams, Paging, page_of};
use crate::http::api_v1::problem::{Problem, Stop};

/// List relays
///
/// The first to be used first; passwords are never shown.
#[utoipa::path(
    get, path = "/relays", tag = "relays", params(ListParams), security(("oauth" = ["system:write"])),
    responses((status = 200, body = Page<Relay>), (status = "4XX", body = Problem))
)]
pub async fn list(by: By<ManageSystem>, Paging(query): Paging) -> Result<Json<Page<Relay>>, Stop> {
    let mut tx = by.begin().await?;
    let relays = domain::sending::list_relays(&mut tx, &by).await?;
    Ok(Json(page_of(&query, relays, |relay| relay.id.uuid())?))
}
