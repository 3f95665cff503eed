//! What every route of the API may answer beside its own: written once, and put at each route by what it takes.

use axum::http::StatusCode;
use serde_json::json;
use types::Code;
use utoipa::openapi::path::{HttpMethod, Operation};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder};

/// What stands at routes instead of one answer each.
const ANY: &str = "4XX";

/// Name in `components`, status, when it comes, and the code it mostly has.
const ERRORS: &[(&str, StatusCode, &str, Code)] = &[
    (
        "BadRequest",
        StatusCode::BAD_REQUEST,
        "The request cannot be read; `detail` says where.",
        Code::BadRequest,
    ),
    (
        "NotSignedIn",
        StatusCode::UNAUTHORIZED,
        "No token, or one that is over or shut out: get a new one.",
        Code::NotSignedIn,
    ),
    (
        "Forbidden",
        StatusCode::FORBIDDEN,
        "The token lacks the scope, or the client the right.",
        Code::Forbidden,
    ),
    (
        "NotFound",
        StatusCode::NOT_FOUND,
        "There is no such thing in the unit.",
        Code::NotFound,
    ),
    (
        "Conflict",
        StatusCode::CONFLICT,
        "It is not in the state for this, or somebody was quicker; `params` names the state.",
        Code::WrongState,
    ),
    ("Gone", StatusCode::GONE, "It was there once.", Code::LinkExpired),
    (
        "TooLarge",
        StatusCode::PAYLOAD_TOO_LARGE,
        "The body is longer than the route takes.",
        Code::TooLarge,
    ),
    (
        "Invalid",
        StatusCode::UNPROCESSABLE_ENTITY,
        "What is asked for is not right; `errors` names each field.",
        Code::Invalid,
    ),
    (
        "TooMany",
        StatusCode::TOO_MANY_REQUESTS,
        "More than the client may ask for; `Retry-After` says when to go on.",
        Code::Throttled,
    ),
    (
        "Unavailable",
        StatusCode::SERVICE_UNAVAILABLE,
        "The database is away; nothing has happened. Ask again.",
        Code::Unavailable,
    ),
];

/// Writes the answers into the description.
pub(super) fn describe(openapi: &mut OpenApi) {
    let components = openapi.components.get_or_insert_default();
    for (name, status, when, code) in ERRORS {
        components
            .responses
            .insert((*name).to_owned(), RefOr::T(response(*status, when, *code)));
    }
    for item in openapi.paths.paths.values_mut() {
        for (method, operation) in [
            (HttpMethod::Get, &mut item.get),
            (HttpMethod::Put, &mut item.put),
            (HttpMethod::Post, &mut item.post),
            (HttpMethod::Patch, &mut item.patch),
            (HttpMethod::Delete, &mut item.delete),
        ] {
            if let Some(operation) = operation {
                refer(&method, operation);
            }
        }
    }
}

fn refer(method: &HttpMethod, operation: &mut Operation) {
    if operation.responses.responses.remove(ANY).is_none() {
        return;
    }
    let reads = matches!(method, HttpMethod::Get);
    for (name, status, ..) in ERRORS {
        let may = match *status {
            StatusCode::CONFLICT | StatusCode::GONE => !reads,
            StatusCode::PAYLOAD_TOO_LARGE => operation.request_body.is_some(),
            _ => true,
        };
        if may {
            let known = &mut operation.responses.responses;
            known
                .entry(status.as_u16().to_string())
                .or_insert_with(|| RefOr::Ref(Ref::from_response_name(*name)));
        }
    }
}

fn response(status: StatusCode, when: &str, code: Code) -> Response {
    let mut example = json!({
        "type": format!("/api/problems/{}", code.as_str()),
        "title": i18n::error_text(i18n::Locale::en, code.as_str(), &std::collections::BTreeMap::new()),
        "status": status.as_u16(),
        "code": code.as_str(),
        "request_id": "019aad0e-6f2c-7a51-9d0b-0a4f5c1e2d3b",
    });
    if code == Code::Invalid {
        let title = i18n::error_text(
            i18n::Locale::en,
            Code::BadEmail.as_str(),
            &std::collections::BTreeMap::new(),
        );
        example["errors"] = json!([{"field": "to.email", "code": Code::BadEmail.as_str(), "title": title}]);
    }
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .example(Some(example))
        .build();
    ResponseBuilder::new()
        .description(when)
        .content("application/problem+json", content)
        .build()
}
