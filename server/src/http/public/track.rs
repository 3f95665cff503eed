//! `/t/o/{token}.gif` and `/t/c/{token}`: counted, with a verdict, never trusted with a target of their own.

use super::{PublicState, page};
use crate::http::peer::client_network;
use axum::{
    extract::{Path, State},
    http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{
    events::{Hit, HitKind, Request, judge},
    tokens::DeliveryRef,
};

/// A transparent GIF of one pixel.
const PIXEL: &[u8] = &[
    0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0x21, 0xf9, 4, 1, 0, 0, 0,
    0, 0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3b,
];

/// The image of an open. A forged token gets the image too (a broken picture helps nobody) and counts nothing.
pub(super) async fn open(
    State(state): State<PublicState>,
    Path(file): Path<String>,
    method: Method,
    headers: HeaderMap,
    extensions: Extensions,
) -> Response {
    let token = file.strip_suffix(".gif").unwrap_or(&file);
    if let Some(delivery) = state.tokens.read_open(token) {
        state.hits.send(hit(
            &state,
            delivery,
            HitKind::Opened,
            &method,
            &headers,
            &extensions,
        ));
    }
    let mut response = PIXEL.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("image/gif"));
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("no-store, max-age=0"),
    );
    response
}

/// Sends the reader to the link's address, which is the one of the approved message (law 10).
pub(super) async fn click(
    State(state): State<PublicState>,
    Path(token): Path<String>,
    method: Method,
    headers: HeaderMap,
    extensions: Extensions,
) -> Response {
    let Some(click) = state.tokens.read_click(&token) else {
        return page::invalid(&state, &headers, None);
    };
    let target = match state.links.target(&state.domain, click).await {
        Ok(Some(target)) => target,
        Ok(None) => return page::invalid(&state, &headers, None),
        Err(error) => return page::failed(&state, &headers, None, error),
    };
    let link = i16::try_from(click.link).unwrap_or(i16::MAX);
    state.hits.send(hit(
        &state,
        click.delivery,
        HitKind::Clicked { link },
        &method,
        &headers,
        &extensions,
    ));
    let Ok(location) = HeaderValue::from_str(&target) else {
        return page::invalid(&state, &headers, None);
    };
    let mut response = StatusCode::FOUND.into_response();
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, location);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

fn hit(
    state: &PublicState,
    delivery: DeliveryRef,
    kind: HitKind,
    method: &Method,
    headers: &HeaderMap,
    extensions: &Extensions,
) -> Hit {
    let text = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let purpose = ["sec-purpose", "purpose", "x-moz", "x-purpose"]
        .map(text)
        .join(" ");
    let user_agent = text("user-agent");
    let machine = judge(Request {
        head: method == Method::HEAD,
        user_agent,
        purpose: &purpose,
    });
    Hit {
        delivery,
        kind,
        machine,
        user_agent: user_agent.chars().take(200).collect(),
        network: client_network(extensions),
        at: state.domain.now(),
    }
}
