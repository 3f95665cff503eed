//! `POST /messaging/v1/messageDefinitionSends/key:{key}/send`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::access::SendMessages;
use serde_json::{Map, Value};

use super::call::{Answer, Sending, check_from, responses};
use super::name;
use crate::http::api_v1::act::Input;
use crate::http::api_v1::caller::By;
use crate::http::sfmc::fault::Fault;
use crate::http::sfmc::map::body;
use crate::http::sfmc::messages::accept::{accept, planned};
use crate::http::sfmc::messages::finish;
use crate::http::sfmc::request_id;
use crate::state::AppState;

/// One message. What is wrong with the recipient is told in the answer, with 202, as there.
pub async fn send(
    by: By<SendMessages>,
    Path(definition): Path<String>,
    State(state): State<AppState>,
    input: Input<Value>,
) -> Result<Response, Fault> {
    let mut act = input.begin(&by).await?;
    let call: Sending = body::read(&act.input)?;
    call.check()?;
    let tx = &mut act.tx;
    let plan = planned(tx, &by, name(&definition)).await?;
    check_from(tx, &by, &plan, call.from.as_ref()).await?;
    let accepted = accept(tx, &by, &state, &plan, vec![call.recipient()], &Map::new()).await?;
    let answer = Answer {
        request_id: request_id(&by.domain),
        responses: responses(accepted.results),
    };
    finish(act, StatusCode::ACCEPTED, &answer, accepted.posted).await
}
