//! `POST /webhooks/{id}/test`

use axum::Json;
use axum::extract::State;
use domain::access::ManageWebhooks;
use types::WebhookId;
use types::webhooks::WebhookTrial;

use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};
use crate::state::AppState;

/// Try a webhook
///
/// Posts a `webhook.test` at once, also to one that is paused or disabled, and answers with what came back. It is not tried again.
#[utoipa::path(
    post, path = "/webhooks/{id}/test", tag = "webhooks", params(("id" = WebhookId, Path), UnitParam),
    security(("oauth" = ["webhooks:write"])),
    responses((status = 200, body = WebhookTrial), (status = "4XX", body = Problem))
)]
pub async fn test(
    by: By<ManageWebhooks>,
    At(id): At<WebhookId>,
    State(state): State<AppState>,
) -> Result<Json<WebhookTrial>, Stop> {
    Ok(Json(
        domain::webhooks::trial(&by.domain, &by, state.outside.as_ref(), id).await?,
    ))
}
