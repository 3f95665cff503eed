//! `GET /users`

use axum::Json;
use domain::access::ManageMembers;
use types::Page;
use types::identity::Member;

use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::{ListParams, Paging};
use crate::http::api_v1::problem::{Problem, Stop};

/// List the unit's staff
///
/// Filters: `role`, `status`.
#[utoipa::path(
    get, path = "/users", tag = "users", params(ListParams), security(("oauth" = ["members:write"])),
    responses((status = 200, body = Page<Member>), (status = "4XX", body = Problem))
)]
pub async fn list(by: By<ManageMembers>, Paging(query): Paging) -> Result<Json<Page<Member>>, Stop> {
    let mut tx = by.begin().await?;
    Ok(Json(domain::identity::members::list(&mut tx, &by, &query).await?))
}
