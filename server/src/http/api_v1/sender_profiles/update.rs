//! `PUT /sender-profiles/{id}`

use axum::http::StatusCode;
use axum::response::Response;
use domain::access::ManageSenders;
use types::content::SenderProfileInput;
use types::{Code, SenderProfileId};

use crate::http::api_v1::act::{Input, Made};
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Change a sender profile
///
/// Messages that were approved keep what was approved.
#[utoipa::path(
    put, path = "/sender-profiles/{id}", tag = "sender-profiles", params(("id" = SenderProfileId, Path), UnitParam),
    security(("oauth" = ["senders:write"])), request_body = SenderProfileInput,
    responses((status = 200, body = Made<SenderProfileId>), (status = "4XX", body = Problem))
)]
pub async fn update(
    by: By<ManageSenders>,
    At(id): At<SenderProfileId>,
    input: Input<SenderProfileInput>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    let done = domain::content::senders::update(&mut act.tx, &by, id, &act.input).await?;
    if !done {
        return Err(Code::NotFound.into());
    }
    act.done(StatusCode::OK, &Made { id }).await
}
