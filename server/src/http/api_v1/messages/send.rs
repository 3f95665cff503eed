//! `POST /messages`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::access::SendMessages;
use domain::messages::{Posted, plan, post};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};
use types::Code;
use types::messages::{AcceptedMessage, Asked, To};
use utoipa::ToSchema;

use crate::engine::Ticket;
use crate::http::api_v1::act::Input;
use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};
use crate::state::AppState;

/// One message.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// Key of the message definition.
    definition: String,
    /// To whom; see there.
    to: To,
    /// By the definition's parameters.
    #[schema(value_type = Object)]
    #[serde(default)]
    attributes: Map<String, Value>,
    /// The caller's own name for this message: the same key again is the same message. Absent: its id.
    key: Option<String>,
    /// Not before; it can be cancelled until then.
    #[schema(value_type = Option<String>, format = "date-time")]
    send_at: Option<Timestamp>,
    /// Not after: whoever has not got it by then does not get it.
    #[schema(value_type = Option<String>, format = "date-time")]
    expires_at: Option<Timestamp>,
    /// Comes back with the status and with every event; up to 4 KB.
    #[schema(value_type = Object)]
    #[serde(default)]
    metadata: Map<String, Value>,
}

/// Send a message
///
/// Answered once it is in the database; it is on its way then. The same `key` again is the same message, and answered alike; for another
/// message it is refused. A person the unit does not know becomes known to it by the call.
#[utoipa::path(
    post, path = "/messages", tag = "messages", params(UnitParam), security(("oauth" = ["messages:write"])),
    request_body = Message,
    responses((status = 202, body = AcceptedMessage), (status = "4XX", body = Problem))
)]
pub async fn send(
    by: By<SendMessages>,
    State(state): State<AppState>,
    input: Input<Message>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    let message = &act.input;
    let asked = Asked {
        to: message.to.clone(),
        attributes: message.attributes.clone(),
        key: message.key.clone(),
        send_at: message.send_at,
        expires_at: message.expires_at,
        metadata: message.metadata.clone(),
    };
    let (posted, ticket) = accept(&mut act.tx, &by, &state, &message.definition, &[asked], false).await?;
    let answer = posted.messages.first().ok_or(Code::Internal)?;
    let response = act.done(StatusCode::ACCEPTED, answer).await?;
    ticket.hand_over(&posted.accepted).await;
    Ok(response)
}

/// Into the database, by the version that is live now.
pub(super) async fn accept(
    tx: &mut domain::Tx,
    by: &By<SendMessages>,
    state: &AppState,
    definition: &str,
    asked: &[Asked],
    several: bool,
) -> Result<(Posted, Ticket), Stop> {
    let plan = plan(tx, by, definition).await?;
    let ticket = state.intake.ticket(tx, plan.dispatch).await?;
    let ticket = ticket.ok_or_else(|| domain::Error::wrong_state("draft"))?;
    let posted = post(tx, by, &plan, ticket.rules(), ticket.worker(), asked, several).await?;
    Ok((posted, ticket))
}
