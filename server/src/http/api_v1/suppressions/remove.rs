//! `POST /suppressions/{id}/remove`

use axum::response::Response;
use domain::access::ManageSuppressions;
use serde::Deserialize;
use types::SuppressionId;
use utoipa::ToSchema;

use crate::http::api_v1::act::Input;
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Why an address may be written to again.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct Reason {
    /// Kept in the audit log.
    why: String,
}

/// Take an address off the unit's list
#[utoipa::path(
    post, path = "/suppressions/{id}/remove", tag = "suppressions", params(("id" = SuppressionId, Path), UnitParam),
    security(("oauth" = ["suppressions:write"])), request_body = Reason,
    responses((status = 204), (status = "4XX", body = Problem))
)]
pub async fn remove(
    by: By<ManageSuppressions>,
    At(id): At<SuppressionId>,
    input: Input<Reason>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    domain::topics::suppressions::remove(&mut act.tx, &by, id, &act.input.why).await?;
    act.done_empty().await
}
