//! `GET /sender-profiles/{id}`

use axum::Json;
use domain::access::ReadContent;
use types::content::SenderProfile;
use types::{Code, SenderProfileId};

use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// One sender profile
#[utoipa::path(
    get, path = "/sender-profiles/{id}", tag = "sender-profiles", params(("id" = SenderProfileId, Path), UnitParam),
    security(("oauth" = ["content:read"])),
    responses((status = 200, body = SenderProfile), (status = "4XX", body = Problem))
)]
pub async fn get(by: By<ReadContent>, At(id): At<SenderProfileId>) -> Result<Json<SenderProfile>, Stop> {
    let mut tx = by.begin().await?;
    let found = domain::content::senders::get(&mut tx, &by, id).await?;
    found.map(Json).ok_or_else(|| Code::NotFound.into())
}
