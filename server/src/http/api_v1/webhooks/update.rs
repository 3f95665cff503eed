//! `PUT /webhooks/{id}`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::access::ManageWebhooks;
use types::WebhookId;
use types::webhooks::WebhookInput;

use crate::http::api_v1::act::{Input, Made};
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};
use crate::state::AppState;

/// Change a webhook
///
/// With the `edit_version` that was read. One that was disabled takes events again, and what waits is tried at once.
#[utoipa::path(
    put, path = "/webhooks/{id}", tag = "webhooks", params(("id" = WebhookId, Path), UnitParam),
    security(("oauth" = ["webhooks:write"])), request_body = WebhookInput,
    responses((status = 200, body = Made<WebhookId>), (status = "4XX", body = Problem))
)]
pub async fn update(
    by: By<ManageWebhooks>,
    At(id): At<WebhookId>,
    State(state): State<AppState>,
    input: Input<WebhookInput>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    domain::webhooks::update(&mut act.tx, &by, state.outside.as_ref(), id, &act.input).await?;
    act.done(StatusCode::OK, &Made { id }).await
}
