//! No other website acts in a signed-in reader's name: whatever changes something must come from our own pages.
//!
//! Browsers say where a request comes from: `Sec-Fetch-Site` where the connection is secure, `Origin` with everything that
//! is not GET. `SameSite=Lax` alone would let pages of sibling hosts through.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use types::{ApiError, Code};

use crate::state::AppState;

/// Addresses that carry their own proof (a signed token, a bearer token, client credentials, a provider's signature) and look
/// at no cookie: a browser adds none of these by itself. [`super::actor`] finds nobody signed in there.
pub(super) const CARRY_THEIR_PROOF: &[&str] = &[
    "/u/",
    "/p/",
    "/v/",
    "/t/",
    "/api/",
    // What callers of Marketing Cloud call (`http::sfmc`).
    "/v1/",
    "/v2/",
    "/messaging/",
    "/platform/",
    "/asset/",
    "/automation/",
    "/contacts/",
    "/data/",
    "/hub/",
    "/interaction/",
    "/push/",
    "/sms/",
    // The same by SOAP (`http::soap`).
    "/Service.asmx",
    "/service.asmx",
];

/// Answers 403 to what another website asked for.
pub async fn check(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let harmless = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE
    ) || CARRY_THEIR_PROOF.iter().any(|prefix| path.starts_with(prefix));
    if harmless || is_ours(state.config.http.public_url.origin(), request.headers()) {
        return next.run(request).await;
    }
    (StatusCode::FORBIDDEN, Json(ApiError::new(Code::CrossOrigin))).into_response()
}

/// From one of our pages, or typed by the reader. Without either header it is no browser of today, and refused.
fn is_ours(public: &str, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(ORIGIN.as_str()) else {
        return false;
    };
    // The installation may be reached by another name than its public one (on the machine itself, say); the page and the
    // address that it calls are then the same. A cookie belongs to a host, so a name that an attacker owns brings none.
    let host = text(HOST.as_str()).unwrap_or_default();
    let named = origin.split_once("://").map(|(_, authority)| authority);
    origin == public || (!host.is_empty() && named == Some(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(headers: &[(&'static str, &str)]) -> bool {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value")))
            .collect();
        is_ours("https://mail.uni.example", &headers)
    }

    #[test]
    fn where_requests_may_come_from() {
        assert!(ours(&[("sec-fetch-site", "same-origin")]));
        assert!(ours(&[("origin", "https://mail.uni.example")]));
        assert!(ours(&[
            ("origin", "http://127.0.0.1:3000"),
            ("host", "127.0.0.1:3000")
        ]));
        assert!(!ours(&[]));
        assert!(!ours(&[("origin", "null"), ("host", "mail.uni.example")]));
        assert!(!ours(&[
            ("origin", "https://evil.example"),
            ("host", "mail.uni.example")
        ]));
        // A sibling host is same-site, and not us.
        assert!(!ours(&[
            ("sec-fetch-site", "same-site"),
            ("origin", "https://mail.uni.example")
        ]));
        assert!(!ours(&[("sec-fetch-site", "cross-site")]));
    }
}
