//! `GET /users/{id}`

use axum::Json;
use domain::access::ManageMembers;
use types::identity::Member;
use types::{Code, UserId};

use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// One member of staff
#[utoipa::path(
    get, path = "/users/{id}", tag = "users", params(("id" = UserId, Path), UnitParam),
    security(("oauth" = ["members:write"])),
    responses((status = 200, body = Member), (status = "4XX", body = Problem))
)]
pub async fn get(by: By<ManageMembers>, At(id): At<UserId>) -> Result<Json<Member>, Stop> {
    let mut tx = by.begin().await?;
    let member = domain::identity::members::get(&mut tx, &by, id).await?;
    member.map(Json).ok_or_else(|| Code::NotFound.into())
}
