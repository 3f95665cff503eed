//! `POST /oauth/token`: client credentials become a short-lived bearer token (RFC 6749, section 4.4).

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{Extensions, HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::clients;
use serde::{Deserialize, Serialize};
use types::access::Permission;
use types::{ClientId, Code};
use utoipa::ToSchema;

use crate::http::api_v1::problem::{Problem, Stop};
use crate::http::api_v1::standing;
use crate::http::peer::client_address;
use crate::state::AppState;

/// Also understood as JSON, and with id and secret in a `Basic` header instead.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct TokenRequest {
    /// `client_credentials`
    grant_type: String,
    client_id: Option<String>,
    client_secret: Option<String>,
    /// Scopes separated by spaces; absent: everything the client may.
    scope: Option<String>,
}

/// A token for `Authorization: Bearer …`.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenAnswer {
    access_token: String,
    /// `Bearer`
    token_type: &'static str,
    /// Seconds.
    expires_in: i64,
    /// Scopes separated by spaces.
    scope: String,
}

/// An error as RFC 6749, section 5.2 words it.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenError {
    error: &'static str,
}

/// Get a token
#[utoipa::path(
    post, path = "/oauth/token", tag = "oauth", security(()),
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, body = TokenAnswer), (status = 400, body = TokenError), (status = 401, body = TokenError),
        (status = 403, body = Problem, description = "The client may not call from this address", content_type = "application/problem+json"),
        (status = 429, body = Problem, description = "Too many calls of the client, or too many wrong secrets from this address",
            content_type = "application/problem+json"),
        (status = 503, body = TokenError)
    )
)]
pub async fn token(
    State(state): State<AppState>,
    extensions: Extensions,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(mut request) = read(&headers, &body) else {
        return refuse(StatusCode::BAD_REQUEST, "invalid_request");
    };
    if let Some((id, secret)) = basic(&headers) {
        request.client_id = Some(id);
        request.client_secret = Some(secret);
    }
    if request.grant_type != "client_credentials" {
        return refuse(StatusCode::BAD_REQUEST, "unsupported_grant_type");
    }
    let (Some(id), Some(secret)) = (request.client_id, request.client_secret) else {
        return refuse(StatusCode::UNAUTHORIZED, "invalid_client");
    };
    let scopes: Result<Vec<Permission>, _> = request
        .scope
        .unwrap_or_default()
        .split_whitespace()
        .map(str::parse)
        .collect();
    let (Ok(id), Ok(scopes)) = (id.parse::<ClientId>(), scopes.as_ref()) else {
        let unknown_scope = scopes.is_err();
        return if unknown_scope {
            refuse(StatusCode::BAD_REQUEST, "invalid_scope")
        } else {
            refuse(StatusCode::UNAUTHORIZED, "invalid_client")
        };
    };
    let from = client_address(&extensions);
    let exchanged = clients::exchange(&state.domain, &state.meter, from, id, &secret, scopes).await;
    let exchanged = exchanged.and_then(|(standing, token)| {
        standing::note(&extensions, standing);
        standing.admit().map(|()| token)
    });
    match exchanged {
        Ok(None) => refuse(StatusCode::UNAUTHORIZED, "invalid_client"),
        Ok(Some(token)) => {
            let scope: Vec<&str> = token.scopes.iter().map(|scope| scope.as_str()).collect();
            let answer = TokenAnswer {
                access_token: token.value,
                token_type: "Bearer",
                expires_in: clients::TOKEN_SECONDS,
                scope: scope.join(" "),
            };
            ([(CACHE_CONTROL, "no-store")], Json(answer)).into_response()
        }
        Err(error) => match error.refusal() {
            Some(Code::AddressNotAllowed | Code::RateLimited | Code::Throttled) => {
                ([(CACHE_CONTROL, "no-store")], Stop::from(error)).into_response()
            }
            Some(Code::BadCredentials) => refuse(StatusCode::UNAUTHORIZED, "invalid_client"),
            Some(_) => refuse(StatusCode::BAD_REQUEST, "invalid_scope"),
            None => {
                tracing::error!(%error, "a token could not be given");
                refuse(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable")
            }
        },
    }
}

fn read(headers: &HeaderMap, body: &[u8]) -> Option<TokenRequest> {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if kind.starts_with("application/json") {
        return serde_json::from_slice(body).ok();
    }
    let mut request = TokenRequest::default();
    for (name, value) in url::form_urlencoded::parse(body) {
        let value = value.into_owned();
        match name.as_ref() {
            "grant_type" => request.grant_type = value,
            "client_id" => request.client_id = Some(value),
            "client_secret" => request.client_secret = Some(value),
            "scope" => request.scope = Some(value),
            _ => {}
        }
    }
    Some(request)
}

/// Id and secret of a `Basic` header (RFC 7617).
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let (scheme, encoded) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let decoded = scheme
        .eq_ignore_ascii_case("basic")
        .then(|| STANDARD.decode(encoded.trim()).ok())??;
    let text = String::from_utf8(decoded).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

fn refuse(status: StatusCode, error: &'static str) -> Response {
    let mut response = (status, [(CACHE_CONTROL, "no-store")], Json(TokenError { error })).into_response();
    if status == StatusCode::UNAUTHORIZED {
        response
            .headers_mut()
            .insert(WWW_AUTHENTICATE, axum::http::HeaderValue::from_static("Basic"));
    }
    response
}
