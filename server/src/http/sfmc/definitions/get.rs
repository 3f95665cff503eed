//! `GET /messaging/v1/email/definitions/{definitionKey}`

use axum::Json;
use axum::extract::Path;
use domain::access::ReadCampaigns;
use serde_json::Value;

use super::draft::answer;
use super::find;
use crate::http::api_v1::caller::By;
use crate::http::sfmc::fault::Fault;
use crate::http::sfmc::request_id;

/// A definition, also one that was deleted.
pub async fn get(by: By<ReadCampaigns>, Path(key): Path<String>) -> Result<Json<Value>, Fault> {
    let mut tx = by.begin().await?;
    let id = find(&mut tx, &by, &key).await?;
    answer(&mut tx, &by, id, &request_id(&by.domain)).await.map(Json)
}
