//! Parts of Marketing Cloud that Campanile does not stand in for: each says so, and what to use instead. Not found would read as if the
//! address were wrong.

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{MethodRouter, any};

use super::fault::{ErrorCode, Fault};
use crate::state::AppState;

/// Where a part begins, what it is, and what does the same here.
const PARTS: &[(&str, &str, &str)] = &[
    (
        "/asset/v1",
        "Content Builder assets",
        "templates and images: /api/v1/templates, or the console",
    ),
    ("/automation/v1", "Automation Studio", "nothing yet"),
    (
        "/contacts/v1",
        "the Contacts API",
        "/api/v1/contacts, or Subscriber objects by SOAP at /Service.asmx",
    ),
    (
        "/data/v1",
        "data extensions",
        "attributes of a message, or /api/v1/contacts",
    ),
    (
        "/hub/v1",
        "campaigns and data events of the Hub API",
        "/api/v1/campaigns and /api/v1/contacts",
    ),
    (
        "/interaction/v1",
        "Journey Builder",
        "a message definition: /messaging/v1/email/messages",
    ),
    ("/push/v1", "MobilePush", "e-mail: /messaging/v1/email/messages"),
    ("/sms/v1", "MobileConnect", "e-mail: /messaging/v1/email/messages"),
    (
        "/messaging/v1/sms",
        "text messages",
        "e-mail: /messaging/v1/email/messages",
    ),
    (
        "/messaging/v1/push",
        "push messages",
        "e-mail: /messaging/v1/email/messages",
    ),
    (
        "/messaging/v1/ott",
        "chat messages",
        "e-mail: /messaging/v1/email/messages",
    ),
    (
        "/messaging/v1/domainverification",
        "From Address Management",
        "/api/v1/sender-domains and /api/v1/sender-profiles",
    ),
    (
        "/messaging/v1/dataevents",
        "data events",
        "/messaging/v1/email/messages",
    ),
    (
        "/platform/v1/ens-callbacks",
        "the Event Notification Service",
        "webhooks: /api/v1/webhooks",
    ),
    (
        "/platform/v1/ens-subscriptions",
        "the Event Notification Service",
        "webhooks: /api/v1/webhooks",
    ),
];

pub(super) fn routes() -> Router<AppState> {
    let parts = PARTS.iter().fold(Router::new(), |router, (path, what, instead)| {
        router
            .route(path, refused(what, instead))
            .route(&format!("{path}/{{*rest}}"), refused(what, instead))
    });
    let nothing = || {
        any(async || {
            Fault::new(
                StatusCode::NOT_FOUND,
                ErrorCode::NOT_FOUND,
                "there is no such resource",
            )
        })
    };
    ["messaging", "platform", "v1", "v2"]
        .iter()
        .fold(parts, |router, first| {
            router.route(&format!("/{first}/{{*rest}}"), nothing())
        })
}

/// Says which part is not supported.
pub fn says(what: &str, instead: &str) -> Fault {
    Fault::new(
        StatusCode::NOT_IMPLEMENTED,
        ErrorCode::OPERATION,
        format!("Campanile does not support {what}. Use instead: {instead}."),
    )
}

fn refused(what: &'static str, instead: &'static str) -> MethodRouter<AppState> {
    any(async move || says(what, instead))
}
