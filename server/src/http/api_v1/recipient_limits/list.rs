//! `GET /recipient-limits`

use axum::Json;
use domain::access::ManageSystem;
use types::sending::RecipientLimit;

use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// List limits of recipients' domains
#[utoipa::path(
    get, path = "/recipient-limits", tag = "recipient-limits", params(UnitParam), security(("oauth" = ["system:write"])),
    responses((status = 200, body = Vec<RecipientLimit>), (status = "4XX", body = Problem))
)]
pub async fn list(by: By<ManageSystem>) -> Result<Json<Vec<RecipientLimit>>, Stop> {
    let mut tx = by.begin().await?;
    Ok(Json(domain::sending::list_limits(&mut tx, &by).await?))
}
