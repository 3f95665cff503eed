//! `PUT /campaigns/{id}`

use axum::http::StatusCode;
use axum::response::Response;
use domain::access::EditCampaigns;
use serde::Serialize;
use types::CampaignId;
use types::campaigns::CampaignUpdate;
use utoipa::ToSchema;

use crate::http::api_v1::act::Input;
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// A changed draft.
#[derive(Debug, Serialize, ToSchema)]
pub struct Edited {
    /// Give it with the next change.
    edit_version: i32,
}

/// Change a draft
///
/// What is absent stays as it is. `edit_version` is the one the change is based on: another one now is a conflict.
#[utoipa::path(
    put, path = "/campaigns/{id}", tag = "campaigns", params(("id" = CampaignId, Path), UnitParam),
    security(("oauth" = ["campaigns:write"])), request_body = CampaignUpdate,
    responses((status = 200, body = Edited), (status = "4XX", body = Problem))
)]
pub async fn update(
    by: By<EditCampaigns>,
    At(id): At<CampaignId>,
    input: Input<CampaignUpdate>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    let edit_version = domain::campaigns::update(&mut act.tx, &by, id, &act.input).await?;
    act.done(StatusCode::OK, &Edited { edit_version }).await
}
