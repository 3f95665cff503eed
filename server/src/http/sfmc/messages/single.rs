//! `POST /messaging/v1/email/messages/{messageKey}`

use axum::extract::{Path, State};
use axum::response::Response;
use domain::access::SendMessages;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::accept::{Answer, accept, planned};
use super::finish;
use crate::http::api_v1::act::Input;
use crate::http::api_v1::caller::By;
use crate::http::sfmc::fault::{ErrorCode, Fault};
use crate::http::sfmc::map::body;
use crate::http::sfmc::map::recipient::Recipient;
use crate::http::sfmc::map::word::Word;
use crate::http::sfmc::request_id;
use crate::state::AppState;

/// Names of fields that a call may have; others are refused, as there.
pub const FIELDS: &[&str] = &[
    "definitionKey",
    "recipient",
    "recipients",
    "attributes",
    "subscriptions",
    "options",
];

pub const UNKNOWN_FIELD: ErrorCode = ErrorCode(109_122, "MCMS_UTM_Validation_UnknownFieldName");
pub const MISSING_DEFINITION: ErrorCode =
    ErrorCode(109_107, "MCMS_UTM_Validation_MissingRequiredField_definitionKey");
pub const NO_SUBSCRIBERS: ErrorCode = ErrorCode(109_102, "MCMS_UTM_Validation_NoSubscribers");

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Single {
    definitionkey: Option<Word>,
    recipient: Option<Recipient>,
    attributes: Option<Map<String, Value>>,
}

/// One message under the caller's key.
pub async fn send(
    by: By<SendMessages>,
    Path(key): Path<String>,
    State(state): State<AppState>,
    input: Input<Value>,
) -> Result<Response, Fault> {
    let mut act = input.begin(&by).await?;
    if let Some(name) = body::unknown(&act.input, FIELDS) {
        return Err(Fault::bad(UNKNOWN_FIELD, format!("there is no field {name}")));
    }
    let call: Single = body::read(&act.input)?;
    let definition = call.definitionkey.and_then(Word::text);
    let definition = definition.ok_or_else(|| Fault::bad(MISSING_DEFINITION, "definitionKey is required"))?;
    let mut recipient = call.recipient.ok_or_else(|| {
        Fault::bad(
            NO_SUBSCRIBERS,
            "recipient is required; recipients go to /messaging/v1/email/messages",
        )
    })?;
    recipient.messagekey = Some(Word::Text(key));
    let plan = planned(&mut act.tx, &by, &definition).await?;
    let common = call.attributes.unwrap_or_default();
    let accepted = accept(&mut act.tx, &by, &state, &plan, vec![recipient], &common).await?;
    let (status, answer) = Answer::new(request_id(&by.domain), accepted.results);
    finish(act, status, &answer, accepted.posted).await
}
