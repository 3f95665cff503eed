//! `/healthz`: the process answers. `/readyz`: it can do its work.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::{Domain, sending};
use futures::future::join_all;
use serde::Serialize;
use tokio::net::TcpStream;

use crate::state::AppState;

/// How long an answer about the relay is kept: whoever asks every second must not be its heaviest client.
const REMEMBERED: Duration = Duration::from_secs(10);
const PATIENCE: Duration = Duration::from_secs(2);

/// The last answer about the relay, and when it was given.
#[derive(Debug, Default)]
pub struct Readiness(Mutex<Option<(Instant, bool)>>);

#[derive(Serialize)]
struct Ready {
    ready: bool,
    /// The database answers.
    database: bool,
    /// It has every migration of this version.
    migrations: bool,
    /// A relay takes connections; also true when mail is captured.
    relay: bool,
}

/// The process is alive. Says nothing about anything else, so that a restart is only asked for when it would help.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// Whether requests and work may be sent here: 200, or 503 with what is missing.
pub async fn ready(State(state): State<AppState>) -> Response {
    let asked = tokio::time::timeout(PATIENCE, crate::migrate::pending(state.domain.pool())).await;
    let pending = asked.ok().and_then(Result::ok);
    let relay = relay_answers(&state.readiness, &state.domain).await;
    let database = pending.is_some();
    let migrations = pending.is_some_and(|pending| pending.is_empty());
    let ready = database && migrations && relay;
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (
        status,
        Json(Ready {
            ready,
            database,
            migrations,
            relay,
        }),
    )
        .into_response()
}

/// Whether any active relay can be reached; also while there is none, as mail is captured or waits.
async fn relay_answers(readiness: &Readiness, domain: &Domain) -> bool {
    let last = *readiness
        .0
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some((at, answer)) = last
        && at.elapsed() < REMEMBERED
    {
        return answer;
    }
    let asked = tokio::time::timeout(PATIENCE, sending::relays(domain)).await;
    let answer = match asked {
        Ok(Ok(relays)) => {
            let reached = join_all(relays.iter().map(|it| reach(&it.host, it.port))).await;
            reached.is_empty() || reached.iter().any(Result::is_ok)
        }
        // Of a database that is away, `database` tells.
        Ok(Err(_)) | Err(_) => false,
    };
    *readiness
        .0
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner) = Some((Instant::now(), answer));
    answer
}

/// Opens a connection to the relay and closes it again.
///
/// # Errors
/// When its name is not known, or it does not answer in time.
pub async fn reach(host: &str, port: u16) -> std::io::Result<SocketAddr> {
    let connecting = TcpStream::connect((host, port));
    tokio::time::timeout(PATIENCE, connecting).await??.peer_addr()
}
