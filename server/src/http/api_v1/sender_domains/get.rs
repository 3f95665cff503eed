//! `GET /sender-domains/{id}`

use axum::Json;
use domain::access::ManageSenders;
use types::sending::SenderDomain;
use types::{Code, SenderDomainId};

use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// One sender domain, with its keys and the records to publish
#[utoipa::path(
    get, path = "/sender-domains/{id}", tag = "sender-domains", params(("id" = SenderDomainId, Path), UnitParam),
    security(("oauth" = ["senders:write"])),
    responses((status = 200, body = SenderDomain), (status = "4XX", body = Problem))
)]
pub async fn get(by: By<ManageSenders>, At(id): At<SenderDomainId>) -> Result<Json<SenderDomain>, Stop> {
    let mut tx = by.begin().await?;
    let found = domain::sending::get_domain(&mut tx, &by, id).await?;
    found.map(Json).ok_or_else(|| Code::NotFound.into())
}
