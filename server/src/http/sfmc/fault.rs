//! Errors as Marketing Cloud words them: `{message, errorcode, documentation}`, in English as there.
//!
//! Handlers end early with a [`Fault`]. What the extractors of `/api/v1` refuse, and what axum refuses by itself, gets the same shape from
//! [`render`], the layer around all routes.

use axum::Json;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use i18n::{Locale, error_text};
use serde::Serialize;
use types::{ApiError, Code, FieldError};

use crate::http::api_v1::problem::{Refusal, Stop, of_axum};

/// An error code of theirs: the number, and the name that begins the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorCode(pub i64, pub &'static str);

impl ErrorCode {
    pub const VALIDATION: Self = Self(10_000, "MCMS_UTM_Validation");
    pub const MISSING: Self = Self(10_002, "MCMS_UTM_Validation_MissingRequiredField");
    pub const FORMAT: Self = Self(10_003, "MCMS_UTM_Validation_IncorrectFormat");
    pub const VALUE: Self = Self(10_005, "MCMS_UTM_Validation_InvalidValue");
    pub const RUNTIME: Self = Self(30_000, "MCMS_UTM_Runtime");
    pub const OPERATION: Self = Self(30_001, "MCMS_UTM_Runtime_InvalidOperation");
    pub const NOT_FOUND: Self = Self(30_003, "MCMS_UTM_Runtime_ObjectNotFound");
    pub const EXISTS: Self = Self(30_004, "MCMS_UTM_Runtime_ObjectAlreadyExists");
    pub const FORBIDDEN: Self = Self(40_000, "MCMS_UTM_Authentication");
    pub const EMAIL: Self = Self(109_124, "MCMS_UTM_Validation_email_does_not_pass_validation");

    /// The message with the code's name in front, as theirs are.
    pub fn says(self, text: impl AsRef<str>) -> String {
        format!("{}: {}", self.1, text.as_ref())
    }
}

/// Why a handler ends before its end.
#[derive(Debug)]
pub enum Fault {
    /// Something is wrong.
    Told(Told),
    /// The call was answered before, under the same idempotency key: this is that answer.
    Answered(Box<Response>),
}

/// What is wrong.
#[derive(Clone, Debug)]
pub struct Told {
    pub status: StatusCode,
    pub code: i64,
    pub message: String,
}

/// The body of every error.
#[derive(Serialize)]
struct Answer<'a> {
    message: &'a str,
    errorcode: i64,
    documentation: &'static str,
}

impl Fault {
    /// A refusal with a status of its own.
    pub fn new(status: StatusCode, code: ErrorCode, text: impl AsRef<str>) -> Self {
        Self::Told(Told {
            status,
            code: code.0,
            message: code.says(text),
        })
    }

    /// The request is not right.
    pub fn bad(code: ErrorCode, text: impl AsRef<str>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, text)
    }
}

impl From<Stop> for Fault {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Refused(refusal) => Self::Told(told(&refusal)),
            Stop::Answered(response) => Self::Answered(response),
        }
    }
}

impl From<domain::Error> for Fault {
    fn from(error: domain::Error) -> Self {
        Stop::from(error).into()
    }
}

impl From<Code> for Fault {
    fn from(code: Code) -> Self {
        Stop::from(code).into()
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        match self {
            Self::Answered(response) => *response,
            Self::Told(told) => body(&told),
        }
    }
}

fn body(told: &Told) -> Response {
    let body = Answer {
        message: &told.message,
        errorcode: told.code,
        documentation: "",
    };
    let mut response = (told.status, Json(body)).into_response();
    if told.status == StatusCode::UNAUTHORIZED {
        // Their clients ask for another token when they read this (RFC 6750, section 3).
        response.headers_mut().insert(
            WWW_AUTHENTICATE,
            HeaderValue::from_static("Bearer error=\"invalid_token\""),
        );
    }
    response
}

/// What a refusal of ours is among theirs.
fn told(refusal: &Refusal) -> Told {
    let error = refusal.error();
    let text = in_words(error, refusal.detail());
    let told = |status: StatusCode, code: ErrorCode| Told {
        status,
        code: code.0,
        message: code.says(&text),
    };
    let plain = |status: StatusCode, code: i64, message: &str| Told {
        status,
        code,
        message: message.to_owned(),
    };
    match error.code {
        Code::NotSignedIn => plain(StatusCode::UNAUTHORIZED, 0, "Not Authorized"),
        Code::Throttled => plain(StatusCode::TOO_MANY_REQUESTS, 50_200, "API Rate Limit Exceeded"),
        Code::Forbidden => told(StatusCode::FORBIDDEN, ErrorCode::FORBIDDEN),
        Code::NotFound => told(StatusCode::NOT_FOUND, ErrorCode::NOT_FOUND),
        Code::TooLarge => told(StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::VALIDATION),
        Code::BadRequest => told(StatusCode::BAD_REQUEST, ErrorCode::VALIDATION),
        Code::WrongState | Code::OwnWork | Code::SealBroken => {
            told(StatusCode::BAD_REQUEST, ErrorCode::OPERATION)
        }
        Code::EditConflict | Code::IdempotencyMismatch => told(StatusCode::CONFLICT, ErrorCode::OPERATION),
        Code::ChecksFailed | Code::SenderDomain | Code::TemplateError => {
            told(StatusCode::BAD_REQUEST, ErrorCode::EMAIL)
        }
        Code::Invalid => match error.fields.first() {
            Some(field) if field.code == Code::Taken => told(StatusCode::CONFLICT, ErrorCode::EXISTS),
            Some(field) => told(StatusCode::BAD_REQUEST, of_field(field)),
            None => told(StatusCode::BAD_REQUEST, ErrorCode::VALIDATION),
        },
        Code::Unavailable => told(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::RUNTIME),
        _ if error.status() >= 500 => told(StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::RUNTIME),
        _ => told(
            StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST),
            ErrorCode::VALIDATION,
        ),
    }
}

/// What is wrong with a field, among theirs.
pub fn of_field(field: &FieldError) -> ErrorCode {
    match field.code {
        Code::Required => ErrorCode::MISSING,
        Code::UnknownReference | Code::OutOfRange | Code::InThePast => ErrorCode::VALUE,
        _ => ErrorCode::FORMAT,
    }
}

/// One field in words.
pub fn field_in_words(field: &FieldError) -> String {
    let text = error_text(Locale::en, field.code.as_str(), &field.params);
    format!("{}: {text}", field.field)
}

fn in_words(error: &ApiError, detail: Option<&str>) -> String {
    if !error.fields.is_empty() {
        let fields: Vec<String> = error.fields.iter().map(field_in_words).collect();
        return fields.join("; ");
    }
    match detail {
        Some(detail) => detail.to_owned(),
        None => error_text(Locale::en, error.code.as_str(), &error.params),
    }
}

/// The layer that writes the body of every refusal.
pub async fn render(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let refusal = response
        .extensions_mut()
        .remove::<Refusal>()
        .or_else(|| of_axum(&response));
    let Some(refusal) = refusal else { return response };
    let mut rendered = body(&told(&refusal));
    // Allow, Retry-After and the like stay; the old body and its description go.
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        *rendered.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    }
    for (name, value) in response.headers() {
        if name.as_str() != "content-length" && name != CONTENT_TYPE && name != WWW_AUTHENTICATE {
            rendered.headers_mut().append(name, value.clone());
        }
    }
    *response.body_mut() = Body::empty();
    rendered
}
