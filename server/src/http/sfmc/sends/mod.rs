//! Triggered sends of old: `messageDefinitionSends`, by `key:{key}` or the definition's id, with their delivery records.

mod batch;
mod call;
mod delivery;
mod send;

use axum::Router;
use axum::routing::{get, post};

use super::spelled;
use crate::state::AppState;

pub(super) fn routes() -> Router<AppState> {
    let path = "/messaging/v1/messageDefinitionSends/{definition}";
    let router = spelled(Router::new(), &format!("{path}/send"), post(send::send));
    let router = spelled(router, &format!("{path}/sendBatch"), post(batch::send));
    spelled(
        router,
        &format!("{path}/deliveryRecords/{{id}}"),
        get(delivery::get),
    )
}

/// The key of an address: `key:welcome`, or an id (also as `id:…`).
fn name(segment: &str) -> &str {
    let named = segment
        .split_once(':')
        .filter(|(kind, _)| kind.eq_ignore_ascii_case("key") || kind.eq_ignore_ascii_case("id"));
    named.map_or(segment, |(_, name)| name)
}
