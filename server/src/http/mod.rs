//! Everything that answers HTTP, put together: console, public pages, API, health.
//!
//! Order of the layers, from the outside: request id and log line, then the middleware of [`middleware`] (security
//! headers, origin check, session), then the routers.

pub mod api_v1;
mod asked;
mod audit;
pub mod auth;
pub mod console;
pub mod dev_mail;
pub mod health;
mod ledger;
pub mod media;
pub mod metrics;
pub mod middleware;
pub mod peer;
pub mod preview_frame;
pub mod public;
mod reports;
pub mod serve;
pub mod session;
mod sfmc;
mod soap;
mod uploads;

use axum::Router;
use axum::routing::get;

use crate::state::AppState;

/// The whole application.
pub fn router(state: AppState) -> Router {
    let console = console::router(console::ConsoleState {
        domain: state.domain.clone(),
        site: state.site.clone(),
        outside: state.outside.clone(),
    });
    let all = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(metrics::show))
        .with_state(state.clone())
        .merge(public::router(state.public.clone()))
        .merge(reports::router(state.domain.clone()))
        .merge(api_v1::router(state.clone()))
        .merge(sfmc::router(state.clone()))
        .merge(soap::router(state.clone()))
        .merge(audit::router(state.domain.clone()))
        .merge(ledger::router(state.domain.clone()))
        .merge(asked::router(state.domain.clone()))
        .merge(media::router(state.domain.clone()))
        .merge(preview_frame::router())
        .merge(auth::router(state.clone()))
        .merge(uploads::router(state.domain.clone()))
        .merge(dev_mail::router(state.clone()))
        .merge(console);
    middleware::secure(all, &state).layer(axum::middleware::from_fn_with_state(
        state,
        middleware::trace::request,
    ))
}

#[cfg(test)]
mod tests;
