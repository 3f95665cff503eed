//! `POST /campaigns/{id}/test`

use axum::http::StatusCode;
use axum::response::Response;
use domain::access::EditCampaigns;
use serde::{Deserialize, Serialize};
use types::{CampaignId, ContactId, Language};
use utoipa::ToSchema;

use crate::http::api_v1::act::Input;
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// To whom, and as whom it is rendered.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct Trial {
    /// Of staff of the unit or of those above; at most ten.
    addresses: Vec<String>,
    /// A person of the unit to render it for; absent: any.
    contact_id: Option<ContactId>,
    language: Option<Language>,
}

/// How many are on their way.
#[derive(Debug, Serialize, ToSchema)]
pub struct Trials {
    sent: usize,
}

/// Send a test to colleagues
#[utoipa::path(
    post, path = "/campaigns/{id}/test", tag = "campaigns", params(("id" = CampaignId, Path), UnitParam),
    security(("oauth" = ["campaigns:write"])), request_body = Trial,
    responses((status = 202, body = Trials), (status = "4XX", body = Problem))
)]
pub async fn test(
    by: By<EditCampaigns>,
    At(id): At<CampaignId>,
    input: Input<Trial>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    let trial = &act.input;
    let (addresses, person, language) = (&trial.addresses, trial.contact_id, trial.language);
    let sent = domain::campaigns::test_send(&mut act.tx, &by, id, addresses, person, language).await?;
    act.done(StatusCode::ACCEPTED, &Trials { sent }).await
}
