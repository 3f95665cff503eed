//! `POST /messaging/v1/email/messages`

use axum::extract::State;
use axum::response::Response;
use domain::access::SendMessages;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::accept::{Answer, accept, planned};
use super::finish;
use super::single::{FIELDS, MISSING_DEFINITION, NO_SUBSCRIBERS, UNKNOWN_FIELD};
use crate::http::api_v1::act::Input;
use crate::http::api_v1::caller::By;
use crate::http::sfmc::fault::{ErrorCode, Fault};
use crate::http::sfmc::map::body;
use crate::http::sfmc::map::recipient::Recipient;
use crate::http::sfmc::map::word::Word;
use crate::http::sfmc::request_id;
use crate::state::AppState;

/// Most recipients of a call, as there.
const MOST: usize = 2_000;

const TOO_MANY: ErrorCode = ErrorCode(109_101, "MCMS_UTM_Validation_TooManySubscribers");

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Batch {
    definitionkey: Option<Word>,
    recipients: Option<Vec<Recipient>>,
    /// Also understood: one, whose key is made here.
    recipient: Option<Recipient>,
    attributes: Option<Map<String, Value>>,
}

/// Messages of one definition, each with an answer of its own.
pub async fn send(
    by: By<SendMessages>,
    State(state): State<AppState>,
    input: Input<Value>,
) -> Result<Response, Fault> {
    let mut act = input.begin(&by).await?;
    if let Some(name) = body::unknown(&act.input, FIELDS) {
        return Err(Fault::bad(UNKNOWN_FIELD, format!("there is no field {name}")));
    }
    let call: Batch = body::read(&act.input)?;
    let definition = call.definitionkey.and_then(Word::text);
    let definition = definition.ok_or_else(|| Fault::bad(MISSING_DEFINITION, "definitionKey is required"))?;
    let mut recipients = call.recipients.unwrap_or_default();
    recipients.extend(call.recipient);
    if recipients.is_empty() {
        return Err(Fault::bad(NO_SUBSCRIBERS, "recipients is required"));
    }
    if recipients.len() > MOST {
        return Err(Fault::bad(TOO_MANY, format!("at most {MOST} recipients a call")));
    }
    let plan = planned(&mut act.tx, &by, &definition).await?;
    let common = call.attributes.unwrap_or_default();
    let accepted = accept(&mut act.tx, &by, &state, &plan, recipients, &common).await?;
    let (status, answer) = Answer::new(request_id(&by.domain), accepted.results);
    finish(act, status, &answer, accepted.posted).await
}
