//! `POST /messages`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::access::SendMessages;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};
use types::Code;
use types::messages::{AcceptedMessage, Asked, Attachment, To};
use utoipa::ToSchema;

use crate::http::api_v1::act::Input;
use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};
use crate::state::AppState;
use crate::triggered;

/// One message.
#[derive(Clone, Debug, Deserialize, ToSchema)]
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
    /// Where answers go, when not to the sender's own address for them.
    #[serde(default)]
    reply_to: String,
    /// Who gets the same message too, for everybody to see. With `bcc` up to 10; not for marketing.
    #[serde(default)]
    cc: Vec<String>,
    /// Who gets the same message too, unseen.
    #[serde(default)]
    bcc: Vec<String>,
    /// Up to 10 files, 7 MB together.
    #[serde(default)]
    attachments: Vec<Attachment>,
    /// Everything but the hand-over: checked, accepted, evaluated, and ended by the rule `test_mode`.
    #[serde(default)]
    test: bool,
}

impl Message {
    fn split(self) -> (String, Asked) {
        let asked = Asked {
            to: self.to,
            attributes: self.attributes,
            key: self.key,
            send_at: self.send_at,
            expires_at: self.expires_at,
            metadata: self.metadata,
            reply_to: self.reply_to,
            cc: self.cc,
            bcc: self.bcc,
            attachments: self.attachments,
            test: self.test,
        };
        (self.definition, asked)
    }
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
    let input = match input.unkeyed() {
        Ok(message) => {
            let (definition, asked) = message.split();
            let answer = triggered::send(&state, &by, definition, asked).await?;
            return Ok((StatusCode::ACCEPTED, Json(answer)).into_response());
        }
        Err(input) => input,
    };
    let mut act = input.begin(&by).await?;
    let (definition, asked) = act.input.clone().split();
    let (posted, ticket) = triggered::accept(&mut act.tx, &by, &state, &definition, &[asked], false).await?;
    let answer = posted.messages.first().ok_or(Code::Internal)?;
    let response = act.done(StatusCode::ACCEPTED, answer).await?;
    ticket.hand_over(&posted.accepted).await;
    Ok(response)
}
