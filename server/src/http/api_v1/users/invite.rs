//! `POST /users`

use axum::http::StatusCode;
use axum::response::Response;
use domain::access::ManageMembers;
use types::UserId;
use types::identity::InviteInput;

use crate::http::api_v1::act::{Input, Made};
use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Invite somebody by mail
///
/// Somebody who has an account already just gets the roles.
#[utoipa::path(
    post, path = "/users", tag = "users", params(UnitParam), security(("oauth" = ["members:write"])),
    request_body = InviteInput,
    responses((status = 201, body = Made<UserId>), (status = "4XX", body = Problem))
)]
pub async fn invite(by: By<ManageMembers>, input: Input<InviteInput>) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    let id = domain::identity::members::invite(&mut act.tx, &by, &act.input).await?;
    act.done(StatusCode::CREATED, &Made { id }).await
}
