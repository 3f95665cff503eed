//! `DELETE /sender-domains/{id}`

use axum::response::Response;
use domain::access::ManageSenders;
use types::SenderDomainId;

use crate::http::api_v1::act::{Input, Nothing};
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Forget a sender domain and destroy its keys
#[utoipa::path(
    delete, path = "/sender-domains/{id}", tag = "sender-domains", params(("id" = SenderDomainId, Path), UnitParam),
    security(("oauth" = ["senders:write"])),
    responses((status = 204), (status = "4XX", body = Problem))
)]
pub async fn remove(
    by: By<ManageSenders>,
    At(id): At<SenderDomainId>,
    input: Input<Nothing>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    domain::sending::remove_domain(&mut act.tx, &by, id).await?;
    act.done_empty().await
}
