//! `PUT /sender-domains/{id}`

use axum::http::StatusCode;
use axum::response::Response;
use domain::access::ManageSenders;
use types::SenderDomainId;
use types::sending::SenderDomainInput;

use crate::http::api_v1::act::{Input, Made};
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Change a sender domain
///
/// With the `edit_version` that was read. The name itself stays.
#[utoipa::path(
    put, path = "/sender-domains/{id}", tag = "sender-domains", params(("id" = SenderDomainId, Path), UnitParam),
    security(("oauth" = ["senders:write"])), request_body = SenderDomainInput,
    responses((status = 200, body = Made<SenderDomainId>), (status = "4XX", body = Problem))
)]
pub async fn update(
    by: By<ManageSenders>,
    At(id): At<SenderDomainId>,
    input: Input<SenderDomainInput>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    domain::sending::update_domain(&mut act.tx, &by, id, &act.input).await?;
    act.done(StatusCode::OK, &Made { id }).await
}
