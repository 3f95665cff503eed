//! `DELETE /sender-profiles/{id}`

use axum::response::Response;
use domain::access::ManageSenders;
use types::{Code, SenderProfileId};

use crate::http::api_v1::act::{Input, Nothing};
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Archive a sender profile
///
/// It is offered to nobody any more; campaigns that use it keep it.
#[utoipa::path(
    delete, path = "/sender-profiles/{id}", tag = "sender-profiles", params(("id" = SenderProfileId, Path), UnitParam),
    security(("oauth" = ["senders:write"])),
    responses((status = 204), (status = "4XX", body = Problem))
)]
pub async fn archive(
    by: By<ManageSenders>,
    At(id): At<SenderProfileId>,
    input: Input<Nothing>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    if !domain::content::senders::archive(&mut act.tx, &by, id, true).await? {
        return Err(Code::NotFound.into());
    }
    act.done_empty().await
}
