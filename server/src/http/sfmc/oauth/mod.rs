//! Credentials become tokens: `/v2/token`, the older `/v1/requestToken`, and who a token is.

mod request_token;
mod token;
mod userinfo;

use axum::Router;
use axum::routing::{get, post};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use types::ClientId;

use super::spelled;
use crate::state::AppState;

pub(super) fn routes() -> Router<AppState> {
    let router = spelled(Router::new(), "/v2/token", post(token::token));
    let router = spelled(router, "/v2/userinfo", get(userinfo::userinfo));
    spelled(router, "/v1/requestToken", post(request_token::request_token))
}

/// Id and secret of a `Basic` header (RFC 7617).
fn basic(headers: &axum::http::HeaderMap) -> Option<(String, String)> {
    let header = headers.get(axum::http::header::AUTHORIZATION)?;
    let (scheme, encoded) = header.to_str().ok()?.split_once(' ')?;
    let decoded = scheme
        .eq_ignore_ascii_case("basic")
        .then(|| STANDARD.decode(encoded.trim()).ok())??;
    let text = String::from_utf8(decoded).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

/// A client's id as callers write it.
fn client_id(text: &str) -> Option<ClientId> {
    text.trim().parse().ok()
}
