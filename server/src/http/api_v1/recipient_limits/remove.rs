//! `DELETE /recipient-limits/{domain}`

use axum::response::Response;
use domain::access::ManageSystem;

use crate::http::api_v1::act::{Input, Nothing};
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Take the limit of a recipients' domain away
#[utoipa::path(
    delete, path = "/recipient-limits/{domain}", tag = "recipient-limits", params(("domain" = String, Path), UnitParam),
    security(("oauth" = ["system:write"])),
    responses((status = 204), (status = "4XX", body = Problem))
)]
pub async fn remove(
    by: By<ManageSystem>,
    At(domain): At<String>,
    input: Input<Nothing>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    domain::sending::remove_limit(&mut act.tx, &by, &domain).await?;
    act.done_empty().await
}
