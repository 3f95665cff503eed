//! `DELETE /webhooks/{id}`

use axum::response::Response;
use domain::access::ManageWebhooks;
use types::WebhookId;

use crate::http::api_v1::act::{Input, Nothing};
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Remove a webhook
///
/// What waits for it is not posted any more.
#[utoipa::path(
    delete, path = "/webhooks/{id}", tag = "webhooks", params(("id" = WebhookId, Path), UnitParam),
    security(("oauth" = ["webhooks:write"])),
    responses((status = 204), (status = "4XX", body = Problem))
)]
pub async fn remove(
    by: By<ManageWebhooks>,
    At(id): At<WebhookId>,
    input: Input<Nothing>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    domain::webhooks::remove(&mut act.tx, &by, id).await?;
    act.done_empty().await
}
