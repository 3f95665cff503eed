//! `POST /messages/batch`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::access::SendMessages;
use serde::{Deserialize, Serialize};
use types::Code;
use types::messages::{AcceptedMessage, Asked};
use utoipa::ToSchema;

use crate::http::api_v1::act::Input;
use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};
use crate::state::AppState;
use crate::triggered;

/// Most messages of a call.
const MOST: usize = 1_000;

/// Messages of one definition.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// Key of the message definition.
    definition: String,
    /// Up to 1,000.
    messages: Vec<Asked>,
}

/// Those that were accepted, in the order of the call.
#[derive(Debug, Serialize, ToSchema)]
pub struct AcceptedBatch {
    messages: Vec<AcceptedMessage>,
}

/// Send up to 1,000 messages
///
/// All of them or none: one that is not right is named by its place (`messages.3.to.email`), and nothing is sent.
#[utoipa::path(
    post, path = "/messages/batch", tag = "messages", params(UnitParam), security(("oauth" = ["messages:write"])),
    request_body = Batch,
    responses((status = 202, body = AcceptedBatch), (status = "4XX", body = Problem))
)]
pub async fn batch(
    by: By<SendMessages>,
    State(state): State<AppState>,
    input: Input<Batch>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    let Batch { definition, messages } = &act.input;
    if messages.is_empty() || messages.len() > MOST {
        return Err(domain::Error::field("messages", Code::OutOfRange).into());
    }
    let (posted, ticket) = triggered::accept(&mut act.tx, &by, &state, definition, messages, true).await?;
    let answer = AcceptedBatch {
        messages: posted.messages,
    };
    let response = act.done(StatusCode::ACCEPTED, &answer).await?;
    ticket.hand_over(&posted.accepted).await;
    Ok(response)
}
