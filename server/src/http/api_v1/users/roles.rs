//! `PUT /users/{id}/roles`

use axum::response::Response;
use domain::access::ManageMembers;
use serde::Deserialize;
use types::UserId;
use types::access::Role;
use utoipa::ToSchema;

use crate::http::api_v1::act::Input;
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// All roles somebody has in the unit.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Roles {
    /// None: the person leaves the unit.
    roles: Vec<Role>,
}

/// Set somebody's roles in the unit
#[utoipa::path(
    put, path = "/users/{id}/roles", tag = "users", params(("id" = UserId, Path), UnitParam),
    security(("oauth" = ["members:write"])), request_body = Roles,
    responses((status = 204), (status = "4XX", body = Problem))
)]
pub async fn roles(by: By<ManageMembers>, At(id): At<UserId>, input: Input<Roles>) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    domain::identity::members::set_roles(&mut act.tx, &by, id, &act.input.roles).await?;
    act.done_empty().await
}
