//! `POST /v1/requestToken`: the token of packages made before 2019, which older SDKs still ask for.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{Extensions, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::clients;
use serde::{Deserialize, Serialize};
use types::Code;

use super::client_id;
use crate::http::api_v1::standing;
use crate::http::peer::client_address;
use crate::http::sfmc::fault::{Fault, Told};
use crate::state::AppState;

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Asked {
    client_id: String,
    client_secret: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    access_token: String,
    /// Seconds.
    expires_in: i64,
    /// For SOAP's `fueloauth` header of old: the same token.
    #[serde(skip_serializing_if = "Option::is_none")]
    legacy_token: Option<String>,
}

/// `clientId` and `clientSecret` become a token with everything that the client may. With `?legacy=1` it comes a second time under the name
/// that older SOAP clients look for.
pub async fn request_token(
    State(state): State<AppState>,
    extensions: Extensions,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Result<Response, Fault> {
    let asked: Asked = serde_json::from_slice(&body).map_err(|_| unauthorized())?;
    let id = client_id(&asked.client_id).ok_or_else(unauthorized)?;
    let from = client_address(&extensions);
    let given = clients::exchange(&state.domain, &state.meter, from, id, &asked.client_secret, &[]).await;
    let given = given.and_then(|(standing, token)| {
        standing::note(&extensions, standing);
        standing.admit().map(|()| token)
    });
    let token = given.map_err(|error| match error.refusal() {
        Some(Code::BadCredentials) => unauthorized(),
        _ => error.into(),
    })?;
    let token = token.ok_or_else(unauthorized)?;
    let legacy = query.is_some_and(|query| {
        url::form_urlencoded::parse(query.as_bytes()).any(|(name, value)| name == "legacy" && value == "1")
    });
    let answer = Answer {
        legacy_token: legacy.then(|| token.value.clone()),
        access_token: token.value,
        expires_in: clients::TOKEN_SECONDS,
    };
    Ok(([(CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

fn unauthorized() -> Fault {
    Fault::Told(Told {
        status: StatusCode::UNAUTHORIZED,
        code: 1,
        message: "Unauthorized".to_owned(),
    })
}
