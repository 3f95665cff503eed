//! `GET /platform/v1/endpoints`, `GET /platform/v1/endpoints/{kind}`

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Serialize;

use crate::http::sfmc::fault::{ErrorCode, Fault};
use crate::state::AppState;

#[derive(Debug, Serialize)]
pub struct Endpoint {
    #[serde(rename = "type")]
    kind: &'static str,
    url: String,
}

#[derive(Debug, Serialize)]
pub struct Endpoints {
    items: Vec<Endpoint>,
    count: usize,
}

fn all(state: &AppState) -> [Endpoint; 3] {
    let at = |kind, path: &str| Endpoint {
        kind,
        url: state.config.http.public_url.join(path),
    };
    [
        at("soap", "/Service.asmx"),
        at("rest", "/"),
        at("auth", "/v2/token"),
    ]
}

/// Where each interface is. No token is looked at: older SDKs send it in the address, where it does not belong, and these are public.
pub async fn list(State(state): State<AppState>) -> Json<Endpoints> {
    let items = Vec::from(all(&state));
    Json(Endpoints {
        count: items.len(),
        items,
    })
}

/// Where one interface is.
pub async fn get(State(state): State<AppState>, Path(kind): Path<String>) -> Result<Json<Endpoint>, Fault> {
    let found = all(&state)
        .into_iter()
        .find(|it| it.kind.eq_ignore_ascii_case(&kind));
    found.map(Json).ok_or_else(|| {
        Fault::new(
            StatusCode::NOT_FOUND,
            ErrorCode::NOT_FOUND,
            "there is no endpoint of this type: soap, rest or auth",
        )
    })
}
