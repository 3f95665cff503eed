//! `POST /campaigns/{id}/throttle`

use axum::response::Response;
use domain::access::ControlSending;
use serde::Deserialize;
use types::CampaignId;
use utoipa::ToSchema;

use crate::http::api_v1::act::Input;
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// How fast it goes on.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Speed {
    /// At most so many messages an hour, 1 to 10,000,000; null: as fast as the relays take them.
    #[schema(minimum = 1, maximum = 10_000_000, required)]
    #[serde(deserialize_with = "given")]
    per_hour: Option<i32>,
}

/// Null is a value here, but has to be written: a body without the field is more likely a mistake than a wish for full speed.
fn given<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<i32>, D::Error> {
    Option::deserialize(deserializer)
}

/// Change the speed of a running sending
///
/// Takes effect within a second, also while it is paused. The limit that was approved stays with the approved version.
#[utoipa::path(
    post, path = "/campaigns/{id}/throttle", tag = "campaigns", params(("id" = CampaignId, Path), UnitParam),
    security(("oauth" = ["campaigns:control"])), request_body = Speed,
    responses((status = 204), (status = "4XX", body = Problem))
)]
pub async fn throttle(
    by: By<ControlSending>,
    At(id): At<CampaignId>,
    input: Input<Speed>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    let per_hour = act.input.per_hour;
    domain::campaigns::set_throttle(&mut act.tx, &by, id, per_hour).await?;
    act.done_empty().await
}
