//! `POST /sender-domains/{id}/check`

use axum::Json;
use axum::extract::State;
use domain::access::ManageSenders;
use types::SenderDomainId;
use types::sending::SenderDomain;

use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};
use crate::state::AppState;

/// Look a sender domain's records up
///
/// Keys that wait for their record sign from then on when it is there.
#[utoipa::path(
    post, path = "/sender-domains/{id}/check", tag = "sender-domains", params(("id" = SenderDomainId, Path), UnitParam),
    security(("oauth" = ["senders:write"])),
    responses((status = 200, body = SenderDomain), (status = "4XX", body = Problem))
)]
pub async fn check(
    by: By<ManageSenders>,
    At(id): At<SenderDomainId>,
    State(state): State<AppState>,
) -> Result<Json<SenderDomain>, Stop> {
    Ok(Json(
        domain::sending::check_domain(&by.domain, &by, state.outside.as_ref(), id).await?,
    ))
}
