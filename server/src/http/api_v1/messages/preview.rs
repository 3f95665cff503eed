//! `POST /messages/preview`

use axum::http::StatusCode;
use axum::response::Response;
use domain::access::SendMessages;
use domain::messages::{self, PreviewAsked};
use serde::Deserialize;
use serde_json::{Map, Value};
use types::messages::{MessagePreview, To};
use utoipa::ToSchema;

use crate::http::api_v1::act::Input;
use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// A message that is not sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Key or id of the message definition.
    definition: String,
    /// The draft, not what is live.
    #[serde(default)]
    draft: bool,
    /// Somebody the unit knows, or somebody new; absent: somebody made up.
    #[serde(default)]
    to: To,
    /// By the definition's parameters; where one is missing its example is shown.
    #[schema(value_type = Object)]
    #[serde(default)]
    attributes: Map<String, Value>,
}

/// Look at a message without sending it
///
/// Rendered for this person as it would be now, with the rules that would hold it back. Nothing is written.
#[utoipa::path(
    post, path = "/messages/preview", tag = "messages", params(UnitParam), security(("oauth" = ["messages:write"])),
    request_body = Wanted,
    responses((status = 200, body = MessagePreview), (status = "4XX", body = Problem))
)]
pub async fn preview(by: By<SendMessages>, input: Input<Wanted>) -> Result<Response, Stop> {
    let mut act = input.without_key().begin(&by).await?;
    let id = messages::id_of(&mut act.tx, &by, &act.input.definition).await?;
    let asked = PreviewAsked {
        draft: act.input.draft,
        to: act.input.to.clone(),
        attributes: act.input.attributes.clone(),
    };
    let preview = messages::preview(&mut act.tx, &by, id, &asked).await?;
    act.done(StatusCode::OK, &preview).await
}
