//! The description that strict callers bind to, with this installation's address in it.

use axum::extract::{RawQuery, State};
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::Soap;

const WSDL: &str = include_str!("../../../assets/etframework.wsdl");

/// `GET /etframework.wsdl`
pub async fn wsdl(State(soap): State<Soap>) -> Response {
    let address = quick_xml::escape::escape(soap.address());
    let text = WSDL.replace("{address}", &address);
    let kind = HeaderValue::from_static("text/xml; charset=utf-8");
    (
        [
            (CONTENT_TYPE, kind),
            (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        ],
        text,
    )
        .into_response()
}

/// `GET /Service.asmx?wsdl`; without the question, only calls are taken.
pub async fn service(soap: State<Soap>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default().to_ascii_lowercase();
    if query.starts_with("wsdl") || query.starts_with("singlewsdl") {
        return wsdl(soap).await;
    }
    (
        StatusCode::METHOD_NOT_ALLOWED,
        [(ALLOW, HeaderValue::from_static("POST"))],
        "Calls are POSTed here. The description is at /etframework.wsdl.\n",
    )
        .into_response()
}
