//! `/metrics` for Prometheus: for the machine itself, or for whoever has the token.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use domain::Domain;
use metrics_exporter_prometheus::PrometheusHandle;
use secrecy::{ExposeSecret, SecretString};

use crate::http::peer;
use crate::state::AppState;

pub(super) async fn show(State(state): State<AppState>, request: Request) -> Response {
    let token = state.config.http.metrics_token.as_ref();
    answer(&state.metrics, &state.domain, token, &request)
}

/// Nothing but `/metrics`, for a process that serves nothing else.
pub fn alone(metrics: PrometheusHandle, domain: Domain, token: Option<SecretString>) -> Router {
    let show =
        move |request: Request| std::future::ready(answer(&metrics, &domain, token.as_ref(), &request));
    Router::new().route("/metrics", get(show))
}

fn answer(
    metrics: &PrometheusHandle,
    domain: &Domain,
    token: Option<&SecretString>,
    request: &Request,
) -> Response {
    let local = peer::is_direct_loopback(request.extensions(), request.headers());
    if !local && !has_token(token, request.headers()) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let pool = domain.pool();
    metrics::gauge!("campanile_database_connections").set(f64::from(pool.size()));
    // The pool's bound is a u32, so an idle count fits in it.
    metrics::gauge!("campanile_database_connections_idle")
        .set(f64::from(u32::try_from(pool.num_idle()).unwrap_or(0)));
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], metrics.render()).into_response()
}

fn has_token(expected: Option<&SecretString>, headers: &HeaderMap) -> bool {
    let Some(expected) = expected else {
        return false;
    };
    let given = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    given.is_some_and(|given| domain::keys::same(given.as_bytes(), expected.expose_secret().as_bytes()))
}
