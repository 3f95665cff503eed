//! The SOAP API of Salesforce Marketing Cloud (ExactTarget's partner API), for systems that call it already: they change the address and their
//! credentials, and nothing else. What of it is here, and what answers that it is not, is in `docs/SALESFORCE.md`.
//!
//! - `node`, `envelope`, `caller`: reading a call, safely, and who makes it.
//! - `change`, `retrieve`, `describe`, `system`: what it asks for. `objects` is the table of what there is.
//! - `write`, `fault`: the answer.

mod caller;
mod change;
mod describe;
mod envelope;
mod fault;
mod node;
mod objects;
mod retrieve;
mod system;
mod value;
mod words;
mod write;
mod wsdl;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, FromRef, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{Extensions, HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use self::caller::{Session, Tokens};
use self::change::Verb;
use self::envelope::{About, Envelope};
use self::fault::{Fault, Version};
use self::node::Node;
use crate::state::AppState;

/// The vendor's namespace, as an attribute.
const NAMESPACE: &str = "xmlns=\"http://exacttarget.com/wsdl/partnerAPI\"";

/// Longest call, in bytes.
const BODY_LIMIT: usize = 4 << 20;

/// What the handlers share.
#[derive(Clone)]
struct Soap {
    app: AppState,
    tokens: Arc<Tokens>,
}

impl FromRef<Soap> for AppState {
    fn from_ref(soap: &Soap) -> Self {
        soap.app.clone()
    }
}

impl Soap {
    /// Where calls go.
    fn address(&self) -> String {
        self.app.config.http.public_url.join("/Service.asmx")
    }
}

/// The service and its description. The vendor's server knows no case, and some callers write it small.
pub fn router(state: AppState) -> Router {
    let soap = Soap {
        app: state,
        tokens: Arc::default(),
    };
    let service = || get(wsdl::service).post(call);
    let description = || get(wsdl::wsdl);
    Router::new()
        .route("/Service.asmx", service())
        .route("/service.asmx", service())
        .route("/etframework.wsdl", description())
        .route("/ETFramework.wsdl", description())
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(axum::middleware::from_fn(crate::http::api_v1::standing::announce))
        .with_state(soap)
}

/// `POST /Service.asmx`
async fn call(
    State(soap): State<Soap>,
    extensions: Extensions,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let mut version = Version::default();
    let mut message = String::new();
    let answer = match body {
        Ok(body) => answer(&soap, (&headers, &extensions), &body, &mut version, &mut message).await,
        Err(_) => Err(Fault::TooLarge),
    };
    let (status, action, body) = match answer {
        Ok((action, body)) => (200, action, body),
        Err(fault) => (
            fault.status(version),
            "Fault".to_owned(),
            fault.write(version, &soap.address()),
        ),
    };
    let domain = &soap.app.domain;
    let about = About {
        version,
        action: &action,
        relates_to: &message,
        id: caller::fresh(domain),
        now: domain.now(),
    };
    let kind = match version {
        Version::One => HeaderValue::from_static("text/xml; charset=utf-8"),
        Version::Two => HeaderValue::from_static("application/soap+xml; charset=utf-8"),
    };
    let mut response = envelope::seal(&about, &body).into_response();
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, kind);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// What a call asks for, by the element in its body and by its action, which must agree; and the answer's action and body.
async fn answer(
    soap: &Soap,
    (headers, extensions): (&HeaderMap, &Extensions),
    body: &[u8],
    version: &mut Version,
    message: &mut String,
) -> Result<(String, String), Fault> {
    let root = Node::parse(body).map_err(|it| Fault::Client(it.0.to_owned()))?;
    let Some(found) = envelope::version_of(&root) else {
        return Err(Fault::Client("The request is no SOAP envelope.".to_owned()));
    };
    *version = found;
    let envelope = envelope::open(root)?;
    // An id of the caller's comes back; not at any length.
    *message = envelope.message.chars().take(200).collect();
    let operation = operation_of(headers, &envelope)?;
    let session = caller::identify(
        &soap.app,
        &soap.tokens,
        (headers, extensions),
        &envelope.credentials,
        &envelope.request,
    )
    .await?;
    let body = operation.run(&session, &envelope.request).await;
    Ok((format!("{}Response", operation.name), body))
}

/// An operation of the WSDL.
struct Operation {
    name: &'static str,
    request: &'static str,
    response: &'static str,
}

const OPERATIONS: &[Operation] = &[
    operation("Create", "CreateRequest", "CreateResponse"),
    operation("Update", "UpdateRequest", "UpdateResponse"),
    operation("Delete", "DeleteRequest", "DeleteResponse"),
    operation("Retrieve", "RetrieveRequestMsg", "RetrieveResponseMsg"),
    operation("Describe", "DefinitionRequestMsg", "DefinitionResponseMsg"),
    operation(
        "GetSystemStatus",
        "SystemStatusRequestMsg",
        "SystemStatusResponseMsg",
    ),
    operation("VersionInfo", "VersionInfoRequestMsg", "VersionInfoResponseMsg"),
    operation("Query", "QueryRequestMsg", "QueryResponseMsg"),
    operation("Execute", "ExecuteRequestMsg", "ExecuteResponseMsg"),
    operation("Perform", "PerformRequestMsg", "PerformResponseMsg"),
    operation("Configure", "ConfigureRequestMsg", "ConfigureResponseMsg"),
    operation("Schedule", "ScheduleRequestMsg", "ScheduleResponseMsg"),
    operation("Extract", "ExtractRequestMsg", "ExtractResponseMsg"),
];

const fn operation(name: &'static str, request: &'static str, response: &'static str) -> Operation {
    Operation {
        name,
        request,
        response,
    }
}

impl Operation {
    async fn run(&self, session: &Session, request: &Node) -> String {
        match self.name {
            "Create" => change::change(session, Verb::Create, request).await,
            "Update" => change::change(session, Verb::Update, request).await,
            "Delete" => change::change(session, Verb::Delete, request).await,
            "Retrieve" => retrieve::retrieve(session, request).await,
            "Describe" => describe::describe(session, request),
            "GetSystemStatus" => system::status(session),
            "VersionInfo" => system::version(session),
            name => system::unsupported(session, name, self.response),
        }
    }
}

/// The body decides; an action that says something else is a mistake that must not be guessed about.
fn operation_of(headers: &HeaderMap, envelope: &Envelope) -> Result<&'static Operation, Fault> {
    let name = &envelope.request.name;
    let found = OPERATIONS.iter().find(|it| it.request == name);
    let operation = found
        .ok_or_else(|| Fault::Client(format!("The request {} is not supported.", retrieve::short(name))))?;
    let header = headers.get("soapaction").and_then(|value| value.to_str().ok());
    let header = header.unwrap_or_default().trim().trim_matches('"');
    for action in [header, envelope.action.as_str()] {
        // Some write the namespace before it.
        let last = action.rsplit(['/', '#']).next().unwrap_or_default();
        let agrees =
            last.is_empty() || last.eq_ignore_ascii_case(operation.name) || last == operation.request;
        if !agrees {
            return Err(Fault::Client(format!(
                "Server did not recognize the value of HTTP Header SOAPAction: {}.",
                retrieve::short(action)
            )));
        }
    }
    Ok(operation)
}

#[cfg(test)]
mod tests;
