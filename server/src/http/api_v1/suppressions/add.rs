//! `POST /suppressions`

use axum::response::Response;
use domain::access::ManageSuppressions;
use types::suppressions::SuppressionInput;

use crate::http::api_v1::act::Input;
use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Never write to an address
#[utoipa::path(
    post, path = "/suppressions", tag = "suppressions", params(UnitParam),
    security(("oauth" = ["suppressions:write"])), request_body = SuppressionInput,
    responses((status = 204), (status = "4XX", body = Problem))
)]
pub async fn add(by: By<ManageSuppressions>, input: Input<SuppressionInput>) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    domain::topics::suppressions::add(&mut act.tx, &by, &act.input).await?;
    act.done_empty().await
}
