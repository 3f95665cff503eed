//! How a client stands with its limit, said by every answer to it.
//!
//! Older clients read `RateLimit-Limit`, `-Remaining` and `-Reset` (draft-ietf-httpapi-ratelimit-headers up to -06), newer ones `RateLimit`
//! and `RateLimit-Policy` (the same draft, -10). Both describe the client's bucket: its size, what is in it, and when it is full again.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::extract::Request;
use axum::http::{Extensions, HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use domain::clients::Standing;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::{ObjectBuilder, OpenApi, Ref, RefOr, Type};

/// Where the extractor that counts a call leaves what [`announce`] writes.
#[derive(Clone, Default)]
struct Noted(Arc<OnceLock<Standing>>);

/// Leaves a standing for the answer.
pub fn note(extensions: &Extensions, standing: Standing) {
    if let Some(noted) = extensions.get::<Noted>() {
        // A request is one call, so there is one.
        let _ = noted.0.set(standing);
    }
}

/// The layer that writes it.
pub async fn announce(mut request: Request, next: Next) -> Response {
    let noted = Noted::default();
    request.extensions_mut().insert(noted.clone());
    let mut response = next.run(request).await;
    if let Some(standing) = noted.0.get() {
        write(standing, response.headers_mut());
    }
    response
}

fn write(standing: &Standing, headers: &mut HeaderMap) {
    let (most, left) = (standing.limit.burst, standing.remaining);
    let reset = seconds(standing.reset);
    headers.insert("ratelimit-limit", HeaderValue::from(most));
    headers.insert("ratelimit-remaining", HeaderValue::from(left));
    headers.insert("ratelimit-reset", HeaderValue::from(reset));
    let window = seconds(standing.limit.window()).max(1);
    let policy = format!("\"client\";q={most};w={window}");
    let state = format!("\"client\";r={left};t={reset}");
    for (name, text) in [("ratelimit-policy", policy), ("ratelimit", state)] {
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(name, value);
        }
    }
}

/// A part of a second is one.
fn seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

/// The headers of every route's answers, which no route says for itself.
pub fn describe(openapi: &mut OpenApi) {
    let all = [
        ("RateLimit-Limit", "Calls that may be made at once"),
        ("RateLimit-Remaining", "How many of them are left"),
        ("RateLimit-Reset", "Seconds until all of them are there again"),
    ];
    let components = openapi.components.get_or_insert_default();
    for (name, text) in all {
        let integer = ObjectBuilder::new().schema_type(Type::Integer).build();
        let header = HeaderBuilder::new().schema(Some(integer)).description(Some(text));
        components
            .headers
            .insert(name.to_owned(), RefOr::T(header.build()));
    }
    for item in openapi.paths.paths.values_mut() {
        let operations = [
            &mut item.get,
            &mut item.post,
            &mut item.put,
            &mut item.patch,
            &mut item.delete,
        ];
        for operation in operations.into_iter().flatten() {
            for response in operation.responses.responses.values_mut() {
                if let RefOr::T(response) = response {
                    let refer = |name| RefOr::Ref(Ref::new(format!("#/components/headers/{name}")));
                    let all = all.iter().map(|(name, _)| ((*name).to_owned(), refer(*name)));
                    response.headers.extend(all);
                }
            }
        }
    }
}
