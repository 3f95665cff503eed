//! From recipients to messages in the database, each with an answer of its own: one that is not right does not keep the others back.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use domain::Tx;
use domain::access::SendMessages;
use domain::messages::{Plan, Posted, plan, post, taken};
use serde::Serialize;
use serde_json::{Map, Value};
use types::messages::Asked;
use types::{ApiError, Code, FieldError};

use crate::engine::Ticket;
use crate::http::api_v1::caller::By;
use crate::http::sfmc::fault::{ErrorCode, Fault};
use crate::http::sfmc::map::recipient::{self, DUPLICATE, Recipient, Wrong};
use crate::http::sfmc::map::word::Word;
use crate::state::AppState;

const UNKNOWN: ErrorCode = ErrorCode(109_111, "MCMS_UTM_Validation_InvalidValue_definitionKey");
const HAS_ERRORS: ErrorCode = ErrorCode(109_001, "MCMS_UTM_ResponsesHasErrors");
const NONE_VALID: ErrorCode = ErrorCode(109_103, "MCMS_UTM_Validation_NoValidSubscribers");

/// What became of one recipient: the message's key, or the caller's key and what is wrong.
pub type Outcome = Result<String, (Option<String>, Wrong)>;

/// The answer to a call.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    request_id: String,
    errorcode: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    responses: Vec<One>,
}

/// What became of one recipient.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct One {
    message_key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    errorcode: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

impl Answer {
    /// Errors where there are some, in the words that stand for how many.
    pub fn new(request_id: String, results: Vec<Outcome>) -> (StatusCode, Self) {
        let all = results.len();
        let responses: Vec<One> = results.into_iter().map(One::from).collect();
        let failed = responses.iter().filter(|it| it.errorcode.is_some()).count();
        let (status, code) = match failed {
            0 => (StatusCode::ACCEPTED, None),
            failed if failed == all => (StatusCode::BAD_REQUEST, Some(NONE_VALID)),
            _ => (StatusCode::ACCEPTED, Some(HAS_ERRORS)),
        };
        let answer = Self {
            request_id,
            errorcode: code.map_or(0, |it| it.0),
            message: code.map(|it| it.says(format!("{failed} subscribers failed to queue out of {all}"))),
            responses,
        };
        (status, answer)
    }
}

impl From<Outcome> for One {
    fn from(result: Outcome) -> Self {
        match result {
            Ok(message_key) => Self {
                message_key,
                ..Self::default()
            },
            Err((key, wrong)) => Self {
                message_key: key.unwrap_or_default(),
                errorcode: Some(wrong.code),
                message: Some(wrong.message),
            },
        }
    }
}

/// What goes to whom, and what it led to.
pub struct Accepted {
    /// In the order of the call.
    pub results: Vec<Outcome>,
    /// To be handed over after the commit; none: nothing was right.
    pub posted: Option<(Ticket, Posted)>,
}

/// The version that a call sends now, by the definition's key in any case.
pub async fn planned(tx: &mut Tx, by: &By<SendMessages>, key: &str) -> Result<Plan, Fault> {
    let found = match plan(tx, by, key).await {
        Err(error) if error.refusal() == Some(Code::NotFound) => {
            match domain::messages::key_of(tx, by, key).await? {
                Some(key) => plan(tx, by, &key).await,
                None => Err(error),
            }
        }
        other => other,
    };
    found.map_err(|error| {
        let told = error.to_api();
        match told.code {
            Code::NotFound => Fault::new(
                StatusCode::NOT_FOUND,
                UNKNOWN,
                "there is no definition with this key",
            ),
            Code::WrongState => Fault::bad(ErrorCode::OPERATION, not_active(&told)),
            _ => error.into(),
        }
    })
}

fn not_active(told: &ApiError) -> &'static str {
    match told.params.get("state").map(String::as_str) {
        Some("paused") => "the definition is inactive: it takes no messages until it is active again",
        Some("archived") => "the definition was deleted",
        _ => "the definition is inactive: it waits for approval in Campanile",
    }
}

/// Puts into the database what is right.
pub async fn accept(
    tx: &mut Tx,
    by: &By<SendMessages>,
    state: &AppState,
    plan: &Plan,
    recipients: Vec<Recipient>,
    common: &Map<String, Value>,
) -> Result<Accepted, Fault> {
    let keys: Vec<Option<String>> = recipients
        .iter()
        .map(|it| it.messagekey.clone().and_then(Word::text))
        .collect();
    let given: Vec<String> = keys.iter().flatten().cloned().collect();
    let mut used = taken(tx, by, &given).await?;
    let mut results: Vec<Option<Wrong>> = Vec::with_capacity(recipients.len());
    let mut asked: Vec<(usize, Asked)> = Vec::with_capacity(recipients.len());
    for (n, (one, key)) in recipients.into_iter().zip(&keys).enumerate() {
        let fresh = key.as_ref().is_none_or(|key| used.insert(key.clone()));
        let read = if fresh {
            recipient::asked(one, key.clone(), common, &plan.parameters)
        } else {
            Err(duplicate())
        };
        results.push(match read {
            Ok(one) => {
                asked.push((n, one));
                None
            }
            Err(wrong) => Some(wrong),
        });
    }
    let posted = send(tx, by, state, plan, &mut asked, &mut results).await?;
    let mut made: Vec<Option<String>> = vec![None; results.len()];
    if let Some((_, posted)) = &posted {
        let new: BTreeSet<types::MessageId> = posted.accepted.iter().map(|it| it.id).collect();
        for ((n, _), message) in asked.iter().zip(&posted.messages) {
            // Somebody else made it a moment ago, under the same key.
            if new.contains(&message.id) {
                made[*n] = Some(message.key.clone());
            } else {
                results[*n] = Some(duplicate());
            }
        }
    }
    let results = results
        .into_iter()
        .zip(made)
        .zip(keys)
        .map(|((wrong, made), key)| match (wrong, made) {
            (None, Some(made)) => Ok(made),
            (Some(wrong), _) => Err((key, wrong)),
            (None, None) => Err((key, duplicate())),
        });
    Ok(Accepted {
        results: results.collect(),
        posted,
    })
}

fn duplicate() -> Wrong {
    Wrong::new(
        DUPLICATE,
        "a message with this messageKey was sent before; keys are unique in a unit",
    )
}

/// Posts those that are right; the others leave `asked` and are named in `results`.
async fn send(
    tx: &mut Tx,
    by: &By<SendMessages>,
    state: &AppState,
    plan: &Plan,
    asked: &mut Vec<(usize, Asked)>,
    results: &mut [Option<Wrong>],
) -> Result<Option<(Ticket, Posted)>, Fault> {
    // A second time without those that are not right: what is checked is checked before anything is written.
    for _ in 0..2 {
        if asked.is_empty() {
            return Ok(None);
        }
        let ticket = state.intake.ticket(tx, plan.dispatch).await?;
        let ticket =
            ticket.ok_or_else(|| Fault::bad(ErrorCode::OPERATION, not_active(&Code::WrongState.into())))?;
        let all: Vec<Asked> = asked.iter().map(|(_, one)| one.clone()).collect();
        let error = match post(tx, by, plan, ticket.rules(), ticket.worker(), &all, true).await {
            Ok(posted) => return Ok(Some((ticket, posted))),
            Err(error) => error,
        };
        let mut wrong = by_place(&error.to_api());
        if wrong.is_empty() {
            return Err(error.into());
        }
        let mut place = 0;
        asked.retain(|(n, _)| {
            let found = wrong.remove(&place);
            place += 1;
            let right = found.is_none();
            if let Some(found) = found {
                results[*n] = Some(found);
            }
            right
        });
    }
    Ok(None)
}

/// The first thing that is wrong with each message of a call, by its place (`messages.2.to.email`).
fn by_place(error: &ApiError) -> BTreeMap<usize, Wrong> {
    let mut wrong = BTreeMap::new();
    for field in &error.fields {
        let place = field
            .field
            .strip_prefix("messages.")
            .and_then(|rest| rest.split_once('.'))
            .and_then(|(place, name)| Some((place.parse().ok()?, name.to_owned())));
        let Some((place, name)) = place else {
            return BTreeMap::new();
        };
        let field = FieldError {
            field: name,
            ..field.clone()
        };
        wrong.entry(place).or_insert_with(|| recipient::wrong(&field));
    }
    wrong
}
