//! `POST /sender-domains`

use axum::http::StatusCode;
use axum::response::Response;
use domain::access::ManageSenders;
use types::SenderDomainId;
use types::sending::SenderDomainInput;

use crate::http::api_v1::act::{Input, Made};
use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Register a sender domain
///
/// One that the unit itself may send from.
#[utoipa::path(
    post, path = "/sender-domains", tag = "sender-domains", params(UnitParam), security(("oauth" = ["senders:write"])),
    request_body = SenderDomainInput,
    responses((status = 201, body = Made<SenderDomainId>), (status = "4XX", body = Problem))
)]
pub async fn create(by: By<ManageSenders>, input: Input<SenderDomainInput>) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    let id = domain::sending::create_domain(&mut act.tx, &by, &act.input).await?;
    act.done(StatusCode::CREATED, &Made { id }).await
}
