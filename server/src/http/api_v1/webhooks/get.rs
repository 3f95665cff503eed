//! `GET /webhooks/{id}`

use axum::Json;
use domain::access::ReadWebhooks;
use types::webhooks::Webhook;
use types::{Code, WebhookId};

use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// One webhook
///
/// Its secret is not in it: it is shown once, when it is made or changed.
#[utoipa::path(
    get, path = "/webhooks/{id}", tag = "webhooks", params(("id" = WebhookId, Path), UnitParam),
    security(("oauth" = ["webhooks:read"])),
    responses((status = 200, body = Webhook), (status = "4XX", body = Problem))
)]
pub async fn get(by: By<ReadWebhooks>, At(id): At<WebhookId>) -> Result<Json<Webhook>, Stop> {
    let mut tx = by.begin().await?;
    let found = domain::webhooks::get(&mut tx, &by, id).await?;
    found.map(Json).ok_or_else(|| Code::NotFound.into())
}
