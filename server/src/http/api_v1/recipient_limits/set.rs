//! `PUT /recipient-limits`

use axum::response::Response;
use domain::access::ManageSystem;
use types::sending::RecipientLimit;

use crate::http::api_v1::act::Input;
use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Set the limit of a recipients' domain
#[utoipa::path(
    put, path = "/recipient-limits", tag = "recipient-limits", params(UnitParam), security(("oauth" = ["system:write"])),
    request_body = RecipientLimit,
    responses((status = 204), (status = "4XX", body = Problem))
)]
pub async fn set(by: By<ManageSystem>, input: Input<RecipientLimit>) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    domain::sending::set_limit(&mut act.tx, &by, &act.input).await?;
    act.done_empty().await
}
