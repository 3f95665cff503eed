//! `DELETE /messaging/v1/email/definitions/{definitionKey}`

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::access::EditCampaigns;
use serde::Serialize;
use types::CampaignId;

use super::find;
use crate::http::api_v1::act::{Input, Nothing};
use crate::http::api_v1::caller::By;
use crate::http::sfmc::fault::Fault;
use crate::http::sfmc::request_id;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Deleted {
    message: &'static str,
    request_id: String,
    /// By which it can still be read.
    deleted_definition_key: CampaignId,
}

/// Puts the definition away. Its messages can be looked up for ever, and its key stays its own.
pub async fn delete(
    by: By<EditCampaigns>,
    Path(key): Path<String>,
    input: Input<Nothing>,
) -> Result<Response, Fault> {
    let mut act = input.begin(&by).await?;
    let id = find(&mut act.tx, &by, &key).await?;
    domain::messages::archive(&mut act.tx, &by, id, true).await?;
    let answer = Deleted {
        message: "Success",
        request_id: request_id(&by.domain),
        deleted_definition_key: id,
    };
    Ok(act.done(StatusCode::OK, &answer).await?)
}
