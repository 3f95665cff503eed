//! `POST /webhooks`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::access::ManageWebhooks;
use types::webhooks::{WebhookInput, WebhookSecret};

use crate::http::api_v1::act::Input;
use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};
use crate::state::AppState;

/// Add a webhook
///
/// Events of the unit's triggered messages are posted to it, signed as Standard Webhooks says, in the order in which they happened to each
/// message. The secret is shown in this answer only; so that it is not kept anywhere, this one call takes no idempotency key.
#[utoipa::path(
    post, path = "/webhooks", tag = "webhooks", params(UnitParam), security(("oauth" = ["webhooks:write"])),
    request_body = WebhookInput,
    responses((status = 201, body = WebhookSecret), (status = "4XX", body = Problem))
)]
pub async fn create(
    by: By<ManageWebhooks>,
    State(state): State<AppState>,
    input: Input<WebhookInput>,
) -> Result<Response, Stop> {
    let mut act = input.without_key().begin(&by).await?;
    let made = domain::webhooks::create(&mut act.tx, &by, state.outside.as_ref(), &act.input).await?;
    act.done(StatusCode::CREATED, &made).await
}
