//! `GET /messaging/v1/messageDefinitionSends/key:{key}/deliveryRecords/{recipientSendId}`

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use domain::access::ReadMessages;
use domain::messages;
use serde_json::{Value, json};

use super::name;
use crate::http::api_v1::caller::By;
use crate::http::sfmc::fault::{ErrorCode, Fault};
use crate::http::sfmc::map::outcome::{Event, event, reason};
use crate::http::sfmc::map::time;

/// What became of one send.
pub async fn get(
    by: By<ReadMessages>,
    Path((definition, id)): Path<(String, String)>,
) -> Result<Json<Value>, Fault> {
    let unknown = || {
        Fault::new(
            StatusCode::NOT_FOUND,
            ErrorCode::NOT_FOUND,
            "there is no such send of this definition",
        )
    };
    let mut tx = by.begin().await?;
    let key = messages::key_of(&mut tx, &by, name(&definition)).await?;
    let key = key.ok_or_else(unknown)?;
    let found = messages::find(&mut tx, &by, &id).await?;
    let detail = found
        .filter(|it| it.message.definition == key)
        .ok_or_else(unknown)?;
    let message = &detail.message;
    let definition = messages::id_of(&mut tx, &by, &key).await?;
    let to = json!({
        "address": message.address,
        "id": 0,
        "key": message.contact_key,
    });
    let ended = detail.events.iter().find(|it| it.kind == message.state.as_str());
    Ok(Json(match event(message.state) {
        Event::Queued => json!({"id": definition, "messageId": message.id, "status": "Queued"}),
        Event::Sent => json!({
            "deliveryTime": time::stamp(ended.map_or(message.created_at, |it| it.at)),
            "id": definition,
            "messageId": message.id,
            "status": "Sent",
            "to": to,
        }),
        Event::NotSent => {
            let (code, text) = reason(message.state, &message.rule);
            json!({
                "id": definition,
                "messageId": message.id,
                "status": "Error",
                "to": to,
                "messageErrors": [{"messageErrorCode": code, "messageErrorStatus": text}],
            })
        }
    }))
}
