//! `POST /relays/{id}/test`

use axum::Json;
use axum::extract::State;
use domain::access::ManageSystem;
use domain::sending::Outside;
use types::sending::RelayTrial;
use types::{Code, RelayId};

use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};
use crate::state::AppState;

/// Try a relay
///
/// Connects, protects the connection and signs in as in sending; hands over no message.
#[utoipa::path(
    post, path = "/relays/{id}/test", tag = "relays", params(("id" = RelayId, Path), UnitParam),
    security(("oauth" = ["system:write"])),
    responses((status = 200, body = RelayTrial), (status = "4XX", body = Problem))
)]
pub async fn test(
    by: By<ManageSystem>,
    At(id): At<RelayId>,
    State(state): State<AppState>,
) -> Result<Json<RelayTrial>, Stop> {
    let relay = domain::sending::relay_config(&by.domain, id)
        .await?
        .ok_or(Code::NotFound)?;
    Ok(Json(state.outside.try_relay(relay).await))
}
