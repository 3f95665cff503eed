//! `POST /messaging/v1/messageDefinitionSends/key:{key}/sendBatch`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::access::SendMessages;
use serde_json::{Map, Value};

use super::call::{Answer, Sending, check_from, responses};
use super::name;
use crate::http::api_v1::act::Input;
use crate::http::api_v1::caller::By;
use crate::http::sfmc::fault::{ErrorCode, Fault};
use crate::http::sfmc::map::body;
use crate::http::sfmc::messages::accept::{accept, planned};
use crate::http::sfmc::messages::finish;
use crate::http::sfmc::request_id;
use crate::state::AppState;

/// Most sends of a call, as there.
const MOST: usize = 2_000;

/// Several messages, each with an answer of its own.
pub async fn send(
    by: By<SendMessages>,
    Path(definition): Path<String>,
    State(state): State<AppState>,
    input: Input<Value>,
) -> Result<Response, Fault> {
    let mut act = input.begin(&by).await?;
    let calls: Vec<Sending> = body::read(&act.input)?;
    if calls.is_empty() || calls.len() > MOST {
        return Err(Fault::bad(
            ErrorCode::VALUE,
            format!("from 1 to {MOST} sends a call"),
        ));
    }
    let tx = &mut act.tx;
    let plan = planned(tx, &by, name(&definition)).await?;
    let mut recipients = Vec::with_capacity(calls.len());
    for call in calls {
        call.check()?;
        check_from(tx, &by, &plan, call.from.as_ref()).await?;
        recipients.push(call.recipient());
    }
    let accepted = accept(tx, &by, &state, &plan, recipients, &Map::new()).await?;
    let answer = Answer {
        request_id: request_id(&by.domain),
        responses: responses(accepted.results),
    };
    finish(act, StatusCode::ACCEPTED, &answer, accepted.posted).await
}
