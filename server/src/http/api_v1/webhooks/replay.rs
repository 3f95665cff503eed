//! `POST /webhooks/{id}/replay` and `…/deliveries/{event}/replay`

use axum::http::StatusCode;
use axum::response::Response;
use domain::access::ManageWebhooks;
use types::webhooks::{ReplayInput, Replayed};
use types::{WebhookEventId, WebhookId};

use crate::http::api_v1::act::{Input, Nothing};
use crate::http::api_v1::caller::{At, AtBoth, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Post one event again
///
/// One that was given up or delivered, under the same `webhook-id`. One that waits is posted anyway: that is refused.
#[utoipa::path(
    post, path = "/webhooks/{id}/deliveries/{event}/replay", tag = "webhooks",
    params(("id" = WebhookId, Path), ("event" = WebhookEventId, Path), UnitParam), security(("oauth" = ["webhooks:write"])),
    responses((status = 204), (status = "4XX", body = Problem))
)]
pub async fn one(
    by: By<ManageWebhooks>,
    AtBoth(id, event): AtBoth<WebhookId, WebhookEventId>,
    input: Input<Nothing>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    domain::webhooks::replay(&mut act.tx, &by, id, event).await?;
    act.done_empty().await
}

/// Post all events again that were given up
///
/// Those that happened since a time, in their order.
#[utoipa::path(
    post, path = "/webhooks/{id}/replay", tag = "webhooks", params(("id" = WebhookId, Path), UnitParam),
    security(("oauth" = ["webhooks:write"])), request_body = ReplayInput,
    responses((status = 200, body = Replayed, example = json!({"events": 12})), (status = "4XX", body = Problem))
)]
pub async fn dead(
    by: By<ManageWebhooks>,
    At(id): At<WebhookId>,
    input: Input<ReplayInput>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    let events = domain::webhooks::replay_dead(&mut act.tx, &by, id, act.input.since).await?;
    act.done(StatusCode::OK, &Replayed { events }).await
}
