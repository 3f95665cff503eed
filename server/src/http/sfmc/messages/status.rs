//! `GET /messaging/v1/email/messages/{messageKey}`

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use domain::access::ReadMessages;
use serde_json::{Value, json};

use crate::http::api_v1::caller::By;
use crate::http::sfmc::fault::{ErrorCode, Fault};
use crate::http::sfmc::map::outcome::{Event, event, reason};
use crate::http::sfmc::map::time;
use crate::http::sfmc::request_id;

/// What became of a message, for ever.
pub async fn get(by: By<ReadMessages>, Path(key): Path<String>) -> Result<Json<Value>, Fault> {
    let mut tx = by.begin().await?;
    let found = domain::messages::find(&mut tx, &by, &key).await?;
    let detail = found.ok_or_else(|| {
        Fault::new(
            StatusCode::NOT_FOUND,
            ErrorCode::NOT_FOUND,
            "there is no message with this messageKey",
        )
    })?;
    let message = &detail.message;
    let event = event(message.state);
    let ended = detail.events.iter().find(|it| it.kind == message.state.as_str());
    let mut info = json!({
        "messageKey": message.key,
        "contactKey": message.contact_key,
        "to": message.address,
    });
    if let (Event::NotSent, Some(fields)) = (event, info.as_object_mut()) {
        let (code, text) = reason(message.state, &message.rule);
        fields.insert("statusCode".to_owned(), json!(code));
        fields.insert("statusMessage".to_owned(), json!(text));
    }
    Ok(Json(json!({
        "requestId": request_id(&by.domain),
        "eventCategoryType": event.category(),
        "timestamp": time::stamp(ended.map_or(message.created_at, |it| it.at)),
        "compositeId": message.id,
        "info": info,
    })))
}
