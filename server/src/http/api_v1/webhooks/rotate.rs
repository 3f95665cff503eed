//! `POST /webhooks/{id}/rotate`

use axum::http::StatusCode;
use axum::response::Response;
use domain::access::ManageWebhooks;
use types::WebhookId;
use types::webhooks::WebhookSecret;

use crate::http::api_v1::act::{Input, Nothing};
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Give a webhook a new secret
///
/// For a day events are signed with both. Takes no idempotency key, as for adding one.
#[utoipa::path(
    post, path = "/webhooks/{id}/rotate", tag = "webhooks", params(("id" = WebhookId, Path), UnitParam),
    security(("oauth" = ["webhooks:write"])),
    responses((status = 201, body = WebhookSecret), (status = "4XX", body = Problem))
)]
pub async fn rotate(
    by: By<ManageWebhooks>,
    At(id): At<WebhookId>,
    input: Input<Nothing>,
) -> Result<Response, Stop> {
    let mut act = input.without_key().begin(&by).await?;
    let made = domain::webhooks::rotate(&mut act.tx, &by, id).await?;
    act.done(StatusCode::CREATED, &made).await
}
