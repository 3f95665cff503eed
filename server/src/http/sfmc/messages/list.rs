//! `GET /messaging/v1/email/messages?type=notSent`, `GET /messaging/v1/email/messages/notSent`

use axum::Json;
use axum::extract::RawQuery;
use domain::access::ReadMessages;
use domain::messages::queues::{self, Queue, Queued};
use serde::Serialize;
use serde_json::{Value, json};

use crate::http::api_v1::caller::By;
use crate::http::sfmc::fault::{ErrorCode, Fault};
use crate::http::sfmc::map::outcome::{Event, event, reason};
use crate::http::sfmc::map::time;
use crate::http::sfmc::request_id;

/// Rows a page unless told, and at most.
const SIZE: u32 = 50;
const MOST: u32 = 500;

#[derive(Debug, Serialize)]
pub struct Answer {
    #[serde(rename = "requestId")]
    request_id: String,
    /// Where to read on.
    #[serde(rename = "lastEventID")]
    last: i64,
    messages: Vec<Value>,
    count: usize,
}

/// Messages of one queue, the oldest first: `notSent`, as there, and also `sent` and `queued`.
pub async fn list(by: By<ReadMessages>, RawQuery(query): RawQuery) -> Result<Json<Answer>, Fault> {
    read(&by, query.as_deref().unwrap_or_default(), None).await
}

/// Messages that were not sent.
pub async fn not_sent(by: By<ReadMessages>, RawQuery(query): RawQuery) -> Result<Json<Answer>, Fault> {
    read(&by, query.as_deref().unwrap_or_default(), Some(Queue::NotSent)).await
}

async fn read(by: &By<ReadMessages>, query: &str, queue: Option<Queue>) -> Result<Json<Answer>, Fault> {
    let (mut queue, mut size, mut after) = (queue, SIZE, 0_i64);
    let wrong = |text: &str| Fault::bad(ErrorCode::VALUE, text);
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match name.to_ascii_lowercase().as_str() {
            "type" => queue = Some(of(&value).ok_or_else(|| wrong("type is notSent, sent or queued"))?),
            "$pagesize" | "pagesize" => {
                let given = value.parse::<u32>().ok().filter(|size| *size > 0);
                size = given
                    .ok_or_else(|| wrong("$pageSize is a number from 1"))?
                    .min(MOST);
            }
            "lasteventid" => {
                after = value.parse().map_err(|_| wrong("lastEventId is a number"))?;
            }
            _ => {}
        }
    }
    let queue =
        queue.ok_or_else(|| Fault::bad(ErrorCode::MISSING, "type is required: notSent, sent or queued"))?;
    let mut tx = by.begin().await?;
    let found = queues::queue(&mut tx, by, queue, after, size).await?;
    Ok(Json(Answer {
        request_id: request_id(&by.domain),
        last: found.last().map_or(after, |it| it.number),
        count: found.len(),
        messages: found.into_iter().map(told).collect(),
    }))
}

fn of(text: &str) -> Option<Queue> {
    match text.to_ascii_lowercase().as_str() {
        "notsent" => Some(Queue::NotSent),
        "sent" => Some(Queue::Sent),
        "queued" => Some(Queue::Queued),
        _ => None,
    }
}

fn told(one: Queued) -> Value {
    let event = event(one.state);
    let mut told = json!({
        "eventCategoryType": event.category(),
        "timestamp": time::stamp(one.at),
        "definitionKey": one.definition,
        "eventID": one.number,
        "compositeId": one.id,
        "info": {"messageKey": one.key, "contactKey": one.contact_key, "to": one.address},
    });
    if let (Event::NotSent, Some(fields)) = (event, told.as_object_mut()) {
        let (code, text) = reason(one.state, &one.rule);
        fields.insert("statusCode".to_owned(), json!(code));
        fields.insert("statusMessage".to_owned(), json!(text));
    }
    told
}
