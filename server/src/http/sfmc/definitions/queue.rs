//! `GET /messaging/v1/email/definitions/{definitionKey}/queue`, `DELETE …`

use axum::Json;
use axum::extract::Path;
use domain::access::{ControlSending, ReadMessages};
use domain::messages::queues;
use serde::Serialize;

use super::find;
use crate::http::api_v1::caller::By;
use crate::http::sfmc::fault::Fault;
use crate::http::sfmc::{request_id, unsupported};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    request_id: String,
    count: i64,
    age_seconds: i64,
}

/// How many messages of the definition wait, and how long the oldest has waited.
pub async fn get(by: By<ReadMessages>, Path(key): Path<String>) -> Result<Json<Answer>, Fault> {
    let mut tx = by.begin().await?;
    let id = find(&mut tx, &by, &key).await?;
    let (count, age_seconds) = queues::waiting(&mut tx, &by, id).await?;
    Ok(Json(Answer {
        request_id: request_id(&by.domain),
        count,
        age_seconds,
    }))
}

/// Not here: what was accepted is sent or ends with a reason.
pub async fn delete(by: By<ControlSending>, Path(key): Path<String>) -> Result<Json<Answer>, Fault> {
    let mut tx = by.begin().await?;
    find(&mut tx, &by, &key).await?;
    Err(unsupported::says(
        "deleting the queue of a definition",
        "withdrawing the definition in Campanile, which cancels what waits",
    ))
}
