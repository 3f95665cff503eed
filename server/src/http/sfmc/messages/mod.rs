//! Messages by key: single, in batches, what became of each, and the queues.

pub(super) mod accept;
mod batch;
mod list;
mod single;
mod status;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use domain::messages::Posted;
use serde::Serialize;

use super::fault::Fault;
use super::spelled;
use crate::engine::Ticket;
use crate::http::api_v1::act::Act;
use crate::state::AppState;

pub(super) fn routes() -> Router<AppState> {
    let path = "/messaging/v1/email/messages";
    let router = spelled(Router::new(), path, get(list::list).post(batch::send));
    let router = spelled(router, &format!("{path}/notSent"), get(list::not_sent));
    spelled(
        router,
        &format!("{path}/{{key}}"),
        get(status::get).post(single::send),
    )
}

/// Commits what was accepted, answers, and sends it on its way. Where nothing was, nothing has happened and nothing is remembered.
pub(super) async fn finish<T>(
    act: Act<T>,
    status: StatusCode,
    answer: &impl Serialize,
    posted: Option<(Ticket, Posted)>,
) -> Result<Response, Fault> {
    let Some((ticket, posted)) = posted else {
        return Ok((status, Json(answer)).into_response());
    };
    let response = act.done(status, answer).await?;
    ticket.hand_over(&posted.accepted).await;
    Ok(response)
}
