//! `/sender-domains/{id}/keys`

use axum::http::StatusCode;
use axum::response::Response;
use domain::access::ManageSenders;
use types::sending::DkimKeyInput;
use types::{DkimKeyId, SenderDomainId};

use crate::http::api_v1::act::{Input, Made, Nothing};
use crate::http::api_v1::caller::{At, AtBoth, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Make a DKIM key
///
/// It waits, beside those there are, until its record was seen.
#[utoipa::path(
    post, path = "/sender-domains/{id}/keys", tag = "sender-domains", params(("id" = SenderDomainId, Path), UnitParam),
    security(("oauth" = ["senders:write"])), request_body = DkimKeyInput,
    responses((status = 201, body = Made<DkimKeyId>), (status = "4XX", body = Problem))
)]
pub async fn make(
    by: By<ManageSenders>,
    At(domain): At<SenderDomainId>,
    input: Input<DkimKeyInput>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    let id = domain::sending::make_key(&mut act.tx, &by, domain, act.input.kind).await?;
    act.done(StatusCode::CREATED, &Made { id }).await
}

/// Let a waiting key sign although its record was not seen
#[utoipa::path(
    post, path = "/sender-domains/{id}/keys/{key}/activate", tag = "sender-domains",
    params(("id" = SenderDomainId, Path), ("key" = DkimKeyId, Path), UnitParam), security(("oauth" = ["senders:write"])),
    responses((status = 204), (status = "4XX", body = Problem))
)]
pub async fn activate(
    by: By<ManageSenders>,
    AtBoth(domain, key): AtBoth<SenderDomainId, DkimKeyId>,
    input: Input<Nothing>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    domain::sending::activate_key(&mut act.tx, &by, domain, key).await?;
    act.done_empty().await
}

/// Stop signing with a key
#[utoipa::path(
    post, path = "/sender-domains/{id}/keys/{key}/retire", tag = "sender-domains",
    params(("id" = SenderDomainId, Path), ("key" = DkimKeyId, Path), UnitParam), security(("oauth" = ["senders:write"])),
    responses((status = 204), (status = "4XX", body = Problem))
)]
pub async fn retire(
    by: By<ManageSenders>,
    AtBoth(domain, key): AtBoth<SenderDomainId, DkimKeyId>,
    input: Input<Nothing>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    domain::sending::retire_key(&mut act.tx, &by, domain, key).await?;
    act.done_empty().await
}

/// Destroy a key that does not sign
#[utoipa::path(
    delete, path = "/sender-domains/{id}/keys/{key}", tag = "sender-domains",
    params(("id" = SenderDomainId, Path), ("key" = DkimKeyId, Path), UnitParam), security(("oauth" = ["senders:write"])),
    responses((status = 204), (status = "4XX", body = Problem))
)]
pub async fn remove(
    by: By<ManageSenders>,
    AtBoth(domain, key): AtBoth<SenderDomainId, DkimKeyId>,
    input: Input<Nothing>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    domain::sending::remove_key(&mut act.tx, &by, domain, key).await?;
    act.done_empty().await
}
