//! `PUT /sender-profiles/{id}`

use axum::response::Response;
use domain::access::ManageSenders;
use types::content::SenderProfileInput;
use types::{Code, SenderProfileId};

use crate::http::api_v1::act::Input;
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};


/// Change a sender profile
#[utoipa::path(
    put, path = "/sender-profiles/{id}", tag = "sender-profiles", params(("id" = SenderProfileId, Path), UnitParam),
    security(("oauth" = ["senders:write"])), request_body = SenderProfileInput,
    responses((status = 204), (status = "4XX", body = Problem))
)]
pub async fn update(
    by: By<ManageSenders>,
    At(id): At<SenderProfileId>,
    input: Input<SenderProfileInput>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    if !domain::content::senders::update(&mut act.tx, &by, id, &act.input).await? {
        return Err(Code::NotFound.into());
    }
    act.done_empty().await
}
