//! The description of the API (OpenAPI 3.1), its page, and a page about each kind of problem.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::http::header::{ACCEPT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use types::Code;
use utoipa::Modify;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{ClientCredentials, Flow, OAuth2, Scopes, SecurityScheme};

use crate::state::AppState;

/// Everything comes from this server; Scalar writes its styles into the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
    font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The script of the page is vendored: see `public/vendor/README.md`.
const PAGE: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Campanile API</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
</head>
<body>
<main id="reference"></main>
<script src="/vendor/scalar.js"></script>
<script src="/api/docs/start.js"></script>
</body>
</html>
"#;

const START: &str = "Scalar.createApiReference('#reference', { url: '/api/v1/openapi.json', withDefaultFonts: false, \
    telemetry: false, agent: { disabled: true }, mcp: { disabled: true }, hideClientButton: true, \
    showDeveloperTools: 'never' });\n";

/// What cannot be said at a route: how one signs in, and by which scopes.
pub(super) struct Description;

impl Modify for Description {
    fn modify(&self, openapi: &mut OpenApi) {
        let scopes = types::access::Permission::ALL
            .iter()
            .map(|scope| (scope.as_str(), scope.as_str()));
        let flow = ClientCredentials::new("/api/v1/oauth/token", Scopes::from_iter(scopes));
        let scheme = SecurityScheme::OAuth2(OAuth2::new([Flow::ClientCredentials(flow)]));
        openapi
            .components
            .get_or_insert_default()
            .add_security_scheme("oauth", scheme);
    }
}

pub(super) fn router(mut description: OpenApi) -> Router<AppState> {
    super::errors::describe(&mut description);
    super::examples::describe(&mut description);
    // Written once: it never changes while the process lives.
    let json: Arc<str> = description.to_json().unwrap_or_default().into();
    Router::new()
        .route(
            "/api/v1/openapi.json",
            get(async move || ([(CONTENT_TYPE, "application/json")], json.to_string())),
        )
        .route(
            "/api/docs",
            get(async || ([(CONTENT_SECURITY_POLICY, POLICY)], Html(PAGE))),
        )
        .route(
            "/api/docs/start.js",
            get(async || ([(CONTENT_TYPE, "text/javascript")], START)),
        )
        .route("/api/problems/{code}", get(about))
}

/// One kind of problem, in words.
async fn about(Path(code): Path<String>, headers: HeaderMap) -> Response {
    let Some(code) = Code::ALL.iter().find(|known| known.as_str() == code) else {
        return super::problem::Stop::from(Code::NotFound).into_response();
    };
    let accepts = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let locale = i18n::choose_locale(None, None, accepts);
    let text = i18n::error_text(locale, code.as_str(), &std::collections::BTreeMap::new());
    let status = StatusCode::from_u16(code.status()).unwrap_or_default();
    (
        [(CONTENT_TYPE, "text/plain; charset=utf-8")],
        format!("{} ({status})\n\n{text}\n", code.as_str()),
    )
        .into_response()
}
