//! Errors as RFC 9457 problems, in the caller's language.
//!
//! Handlers end early with a [`Stop`]. It only carries what is wrong; [`render`], a layer around all routes, knows the
//! request and writes the body. The same layer gives a body to what axum itself refuses (no such route, wrong method,
//! a body that is too long), so that a caller never has to read anything but problems.

use axum::Json;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{ACCEPT_LANGUAGE, CONTENT_LANGUAGE, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use i18n::{Locale, choose_locale, error_text};
use serde::Serialize;
use types::{ApiError, Code};
use utoipa::ToSchema;

use crate::http::middleware::trace::RequestId;

/// Why a handler ends before its end.
#[derive(Debug)]
pub enum Stop {
    /// Something is wrong.
    Refused(Refusal),
    /// The call was answered before, under the same idempotency key: this is that answer.
    Answered(Box<Response>),
}

/// What is wrong, on its way to [`render`].
#[derive(Debug, Clone)]
pub struct Refusal {
    error: ApiError,
    /// For developers, in English: what could not be read, and where.
    detail: Option<String>,
}

impl Stop {
    /// A refusal that says where the request could not be read.
    pub fn unreadable(detail: impl Into<String>) -> Self {
        Self::Refused(Refusal {
            error: Code::BadRequest.into(),
            detail: Some(detail.into()),
        })
    }
}

impl Refusal {
    /// What is wrong.
    pub fn error(&self) -> &ApiError {
        &self.error
    }

    /// For developers.
    pub fn detail(&self) -> Option<&str> {
        self.detail.as_deref()
    }
}

impl From<ApiError> for Stop {
    fn from(error: ApiError) -> Self {
        Self::Refused(Refusal { error, detail: None })
    }
}

impl From<Code> for Stop {
    fn from(code: Code) -> Self {
        ApiError::from(code).into()
    }
}

impl From<domain::Error> for Stop {
    fn from(error: domain::Error) -> Self {
        // Logged here, once: this is the edge. What the caller did wrong is not our log's business.
        if error.refusal().is_none() {
            tracing::error!(%error, "an API call failed");
        }
        error.to_api().into()
    }
}

impl IntoResponse for Stop {
    fn into_response(self) -> Response {
        match self {
            Self::Answered(response) => *response,
            Self::Refused(refusal) => {
                let status =
                    StatusCode::from_u16(refusal.error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                let mut response = status.into_response();
                response.extensions_mut().insert(refusal);
                response
            }
        }
    }
}

/// A problem (RFC 9457): what is wrong, for programs (`code`, `errors`) and for people (`title`).
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// A page about this kind of problem, relative to the API's address.
    #[serde(rename = "type")]
    #[schema(example = "/api/problems/invalid")]
    kind: String,
    /// In the language asked for by `Accept-Language` (English, Polish, German, French).
    title: String,
    /// The same as the answer's status.
    status: u16,
    /// Stable; the last part of `type`.
    code: Code,
    /// For developers, in English.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// The fields that are not right.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldProblem>,
    /// Find this call in the server's log by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
}

/// One field that is not right.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldProblem {
    /// Its name in the request, dotted where nested.
    field: String,
    /// Stable.
    code: Code,
    /// For people.
    title: String,
}

impl Problem {
    fn new(refusal: Refusal, locale: Locale, request_id: Option<String>) -> Self {
        let Refusal { error, detail } = refusal;
        let errors = error.fields.iter().map(|field| FieldProblem {
            field: field.field.clone(),
            code: field.code,
            title: error_text(locale, field.code.as_str(), &field.params),
        });
        Self {
            kind: format!("/api/problems/{}", error.code.as_str()),
            title: error_text(locale, error.code.as_str(), &error.params),
            status: error.status(),
            code: error.code,
            detail,
            errors: errors.collect(),
            request_id,
        }
    }
}

/// The layer that writes the body of every refusal.
pub async fn render(request: Request, next: Next) -> Response {
    let accepts = request
        .headers()
        .get(ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let id = request.extensions().get::<RequestId>().map(|id| id.0.clone());
    let mut response = next.run(request).await;
    let refusal = response
        .extensions_mut()
        .remove::<Refusal>()
        .or_else(|| of_axum(&response));
    let Some(refusal) = refusal else { return response };
    let locale = choose_locale(None, None, accepts.as_deref());
    let status = response.status();
    let problem = Problem::new(refusal, locale, id);
    let mut rendered = (status, Json(problem)).into_response();
    // Allow, Retry-After and the like stay; the old body and its description go.
    for (name, value) in response.headers() {
        if name.as_str() != "content-length" && name != CONTENT_TYPE {
            rendered.headers_mut().append(name, value.clone());
        }
    }
    let headers = rendered.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if let Ok(language) = HeaderValue::from_str(locale.as_ref()) {
        headers.insert(CONTENT_LANGUAGE, language);
    }
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    *response.body_mut() = Body::empty();
    rendered
}

/// What axum refuses by itself: text, or nothing.
pub fn of_axum(response: &Response) -> Option<Refusal> {
    let status = response.status();
    let structured = response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"application/"));
    if structured || !(status.is_client_error() || status.is_server_error()) {
        return None;
    }
    let code = match status {
        StatusCode::NOT_FOUND => Code::NotFound,
        StatusCode::PAYLOAD_TOO_LARGE => Code::TooLarge,
        status if status.is_client_error() => Code::BadRequest,
        _ => Code::Internal,
    };
    let detail = status.canonical_reason().map(str::to_owned);
    Some(Refusal {
        error: code.into(),
        detail,
    })
}
