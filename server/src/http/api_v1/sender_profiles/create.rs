//! `POST /sender-profiles`

use axum::http::StatusCode;
use axum::response::Response;
use domain::access::ManageSenders;
use types::SenderProfileId;
use types::content::SenderProfileInput;

use crate::http::api_v1::act::{Input, Made};
use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Make a sender profile
#[utoipa::path(
    post, path = "/sender-profiles", tag = "sender-profiles", params(UnitParam), security(("oauth" = ["senders:write"])),
    request_body = SenderProfileInput,
    responses((status = 201, body = Made<SenderProfileId>), (status = "4XX", body = Problem))
)]
pub async fn create(by: By<ManageSenders>, input: Input<SenderProfileInput>) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    let id = domain::content::senders::create(&mut act.tx, &by, &act.input).await?;
    act.done(StatusCode::CREATED, &Made { id }).await
}
