//! `/v/{token}`: the message in the browser, rendered by the renderer that sent it (law 9).

use super::{PublicState, page};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, header},
    response::{Html, IntoResponse, Response},
};
use domain::dispatch;

/// Authored HTML: no script, no form, an origin of its own (`sandbox`), images from us only.
const POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation; default-src 'none'; \
                      img-src 'self' https: data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(super) async fn show(
    State(state): State<PublicState>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some(delivery) = state.tokens.read_view(&token) else {
        return page::invalid(&state, &headers, None);
    };
    match dispatch::view(&state.domain, delivery).await {
        Ok(Some(message)) => {
            let mut response = Html(message.html).into_response();
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
            headers.insert("x-robots-tag", HeaderValue::from_static("noindex, nofollow"));
            response
        }
        Ok(None) => page::gone(&state, &headers, None),
        Err(error) => page::failed(&state, &headers, None, error),
    }
}
