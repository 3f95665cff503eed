//! `POST /users/{id}/disable`, `POST /users/{id}/enable`

use axum::response::Response;
use domain::access::ManageMembers;
use types::UserId;

use crate::http::api_v1::act::{Input, Nothing};
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Keep somebody from signing in
#[utoipa::path(
    post, path = "/users/{id}/disable", tag = "users", params(("id" = UserId, Path), UnitParam),
    security(("oauth" = ["members:write"])),
    responses((status = 204), (status = "4XX", body = Problem))
)]
pub async fn disable(
    by: By<ManageMembers>,
    At(id): At<UserId>,
    input: Input<Nothing>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    domain::identity::members::disable(&mut act.tx, &by, id).await?;
    act.done_empty().await
}

/// Let somebody sign in again
#[utoipa::path(
    post, path = "/users/{id}/enable", tag = "users", params(("id" = UserId, Path), UnitParam),
    security(("oauth" = ["members:write"])),
    responses((status = 204), (status = "4XX", body = Problem))
)]
pub async fn enable(
    by: By<ManageMembers>,
    At(id): At<UserId>,
    input: Input<Nothing>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    domain::identity::members::enable(&mut act.tx, &by, id).await?;
    act.done_empty().await
}
