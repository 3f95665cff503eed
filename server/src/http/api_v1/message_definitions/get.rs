//! `GET /message-definitions/{id}`

use axum::Json;
use domain::access::ReadCampaigns;
use types::Code;
use types::messages::DefinitionDetail;

use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// One message definition
///
/// By its id or its key: what is live, and the draft of what comes next.
#[utoipa::path(
    get, path = "/message-definitions/{id}", tag = "message-definitions", params(("id" = String, Path), UnitParam),
    security(("oauth" = ["campaigns:read"])),
    responses((status = 200, body = DefinitionDetail), (status = "4XX", body = Problem))
)]
pub async fn get(by: By<ReadCampaigns>, At(id): At<String>) -> Result<Json<DefinitionDetail>, Stop> {
    let mut tx = by.begin().await?;
    let id = domain::messages::id_of(&mut tx, &by, &id).await?;
    let found = domain::messages::get(&mut tx, &by, id).await?;
    found.map(Json).ok_or_else(|| Code::NotFound.into())
}
