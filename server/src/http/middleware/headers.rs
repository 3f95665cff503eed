//! What every answer says about itself. A handler that has set a header of its own (the console its policy with a nonce, a
//! preview its sandbox) keeps it.

use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::http::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::middleware::Next;
use axum::response::Response;

/// For pages without scripts: our stylesheet, our pictures, forms to ourselves.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'none'",
);
/// Two years, as browsers' preload lists want it; other hosts of the domain are not ours to speak for.
const TWO_YEARS: HeaderValue = HeaderValue::from_static("max-age=63072000");
const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");
const DENY: HeaderValue = HeaderValue::from_static("DENY");
/// Nothing about our addresses, which carry tokens, to anybody else. Not `no-referrer`: forms would then be sent with
/// `Origin: null`, and the origin check could not know its own pages.
const SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");
const NOTHING: HeaderValue = HeaderValue::from_static(
    "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=()",
);

/// Adds what is missing. The state says whether browsers come by https.
pub async fn add(State(https): State<bool>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let html = headers
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let mut default = |name: HeaderName, value: HeaderValue| {
        headers.entry(name).or_insert(value);
    };
    default(CONTENT_SECURITY_POLICY, POLICY);
    default(X_CONTENT_TYPE_OPTIONS, NOSNIFF);
    default(X_FRAME_OPTIONS, DENY);
    default(REFERRER_POLICY, SAME_ORIGIN);
    default(HeaderName::from_static("permissions-policy"), NOTHING);
    if html {
        // Not for pictures: mail programs load them from elsewhere.
        default(HeaderName::from_static("cross-origin-opener-policy"), SAME_ORIGIN);
        default(
            HeaderName::from_static("cross-origin-resource-policy"),
            SAME_ORIGIN,
        );
    }
    if https {
        default(STRICT_TRANSPORT_SECURITY, TWO_YEARS);
    }
    response
}
