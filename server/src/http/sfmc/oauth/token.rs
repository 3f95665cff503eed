//! `POST /v2/token`

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{Extensions, HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::clients;
use serde::{Deserialize, Serialize};
use types::Code;
use types::access::Permission;

use super::{basic, client_id};
use crate::http::api_v1::standing;
use crate::http::peer::client_address;
use crate::http::sfmc::map::scopes;
use crate::http::sfmc::map::word::Word;
use crate::state::AppState;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    grant_type: String,
    client_id: Option<String>,
    client_secret: Option<String>,
    scope: Option<String>,
    account_id: Option<Word>,
}

/// As theirs; the instance's addresses are where the caller goes on.
#[derive(Debug, Serialize)]
struct Answer {
    access_token: String,
    token_type: &'static str,
    /// Seconds.
    expires_in: i64,
    scope: String,
    soap_instance_url: String,
    rest_instance_url: String,
}

/// As RFC 6749, section 5.2 and they word it.
#[derive(Debug, Serialize)]
struct Refused {
    error: &'static str,
    error_description: &'static str,
    error_uri: &'static str,
}

const INVALID_CLIENT: &str = "Client authentication failed. Make sure that the client ID and client secret are valid and that the client is not revoked.";

/// Client credentials in a JSON or form body, or in a `Basic` header, become a bearer token for the client's unit or, by `account_id`, one
/// below it.
pub async fn token(
    State(state): State<AppState>,
    extensions: Extensions,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(mut asked) = read(&headers, &body) else {
        return refuse(
            StatusCode::BAD_REQUEST,
            "invalid_request",
            "The request body cannot be read.",
        );
    };
    if let Some((id, secret)) = basic(&headers) {
        asked.client_id = Some(id);
        asked.client_secret = Some(secret);
    }
    if asked.grant_type != "client_credentials" {
        return refuse(
            StatusCode::BAD_REQUEST,
            "unsupported_grant_type",
            "Only the grant type client_credentials is supported: server-to-server integrations.",
        );
    }
    let id = asked.client_id.as_deref().and_then(client_id);
    let (Some(id), Some(secret)) = (id, asked.client_secret) else {
        return refuse(StatusCode::UNAUTHORIZED, "invalid_client", INVALID_CLIENT);
    };
    let unit = asked.account_id.and_then(Word::text);
    let wanted = asked.scope.as_deref();
    let from = client_address(&extensions);
    let choose = |held: &[Permission]| scopes::choose(wanted, held);
    let given = clients::exchange_in(
        &state.domain,
        &state.meter,
        from,
        (id, &secret),
        unit.as_deref(),
        choose,
    );
    let given = given.await.and_then(|(standing, token)| {
        standing::note(&extensions, standing);
        standing.admit().map(|()| token)
    });
    match given {
        Ok(None) => refuse(StatusCode::UNAUTHORIZED, "invalid_client", INVALID_CLIENT),
        Ok(Some(token)) => {
            let here = state.config.http.public_url.join("/");
            let answer = Answer {
                access_token: token.value,
                token_type: "Bearer",
                expires_in: clients::TOKEN_SECONDS,
                scope: scopes::named(&token.scopes),
                soap_instance_url: here.clone(),
                rest_instance_url: here,
            };
            ([(CACHE_CONTROL, "no-store")], Json(answer)).into_response()
        }
        Err(error) => refused(&error),
    }
}

fn refused(error: &domain::Error) -> Response {
    let told = error.to_api();
    match (told.code, told.fields.first()) {
        (Code::BadCredentials, _) => refuse(StatusCode::UNAUTHORIZED, "invalid_client", INVALID_CLIENT),
        (Code::Throttled | Code::RateLimited, _) => refuse(
            StatusCode::TOO_MANY_REQUESTS,
            "temporarily_unavailable",
            "API Rate Limit Exceeded",
        ),
        (Code::Invalid, Some(field)) if field.field == "unit" => refuse(
            StatusCode::BAD_REQUEST,
            "invalid_request",
            "The account_id names no business unit that this client may act in.",
        ),
        (Code::Invalid, _) => refuse(
            StatusCode::BAD_REQUEST,
            "invalid_scope",
            "The client does not have a scope that was asked for.",
        ),
        _ if error.refusal().is_some() => refuse(StatusCode::UNAUTHORIZED, "invalid_client", INVALID_CLIENT),
        _ => {
            tracing::error!(%error, "a token could not be given");
            refuse(
                StatusCode::SERVICE_UNAVAILABLE,
                "temporarily_unavailable",
                "Try again in a moment.",
            )
        }
    }
}

fn refuse(status: StatusCode, error: &'static str, error_description: &'static str) -> Response {
    let refused = Refused {
        error,
        error_description,
        error_uri: "",
    };
    (status, [(CACHE_CONTROL, "no-store")], Json(refused)).into_response()
}

fn read(headers: &HeaderMap, body: &[u8]) -> Option<Asked> {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    // Some of their clients send JSON and call it something else.
    if kind.is_some_and(|kind| kind.contains("json")) || body.trim_ascii_start().starts_with(b"{") {
        return serde_json::from_slice(body).ok();
    }
    let mut asked = Asked::default();
    for (name, value) in url::form_urlencoded::parse(body) {
        let value = value.into_owned();
        match name.as_ref() {
            "grant_type" => asked.grant_type = value,
            "client_id" => asked.client_id = Some(value),
            "client_secret" => asked.client_secret = Some(value),
            "scope" => asked.scope = Some(value),
            "account_id" => asked.account_id = Some(Word::Text(value)),
            _ => {}
        }
    }
    Some(asked)
}
