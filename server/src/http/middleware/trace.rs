//! A request's id, its log line and its share of the metrics.
//!
//! Addresses carry tokens and identifiers (law 10), so the log and the metrics know the route's pattern only.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use crate::state::AppState;

/// The id of a request: in the log, in the answer's `x-request-id`, and on error pages, so that a report can be found.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// Gives the request an id, runs it, logs and counts it.
pub async fn request(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    // Always our own: one taken from the caller would let them write into the log.
    let id = hex(&state.domain.random::<8>());
    request.extensions_mut().insert(RequestId(id.clone()));
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map(|path| path.as_str().to_owned());
    // Pages of the console have one pattern each; files and unknown addresses share one.
    let route = route.unwrap_or_else(|| "other".to_owned());
    let span = tracing::info_span!("request", id, %method, route);
    let began = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let elapsed = began.elapsed();
    let status = response.status().as_u16();
    span.in_scope(|| {
        let milliseconds = elapsed.as_millis();
        if status >= 500 {
            tracing::warn!(status, milliseconds, "answered");
        } else {
            tracing::debug!(status, milliseconds, "answered");
        }
    });
    let labels = [
        ("route", route),
        ("method", known(&method).to_owned()),
        ("status", status.to_string()),
    ];
    metrics::histogram!("campanile_http_request_seconds", &labels).record(elapsed.as_secs_f64());
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A method of HTTP (RFC 9110), or `other`: anybody may send any word, and every word would be a series kept for ever.
fn known(method: &Method) -> &str {
    match *method {
        Method::GET
        | Method::HEAD
        | Method::POST
        | Method::PUT
        | Method::PATCH
        | Method::DELETE
        | Method::OPTIONS => method.as_str(),
        _ => "other",
    }
}
