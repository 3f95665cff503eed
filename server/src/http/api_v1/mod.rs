//! The REST API under `/api/v1`: a folder a resource, a file a verb, each calling the domain function that the console
//! calls, with the same proof.
//!
//! A handler's arguments say its rules in their order: [`caller::By`] (who may), [`caller::At`] (which one),
//! [`paging::Paging`] or [`act::Input`] (what). Errors are problems ([`problem`]). What the scopes of a route are stands in
//! its `security` attribute; a test holds every route to it, for every role.

pub mod act;
mod audit;
pub mod caller;
mod campaigns;
mod clients;
mod contacts;
mod docs;
mod imports;
mod message_definitions;
mod messages;
mod oauth;
pub mod paging;
pub mod problem;
mod recipient_limits;
mod relays;
mod sender_domains;
mod sender_profiles;
mod subscriptions;
mod suppressions;
mod templates;
mod topics;
mod units;
mod users;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use docs::Description;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

/// Where the version lives.
const PREFIX: &str = "/api/v1";

/// Longest body of a call, in bytes; file uploads have a limit of their own.
const BODY_LIMIT: usize = 4 << 20;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Campanile",
        description = "Everything the console can do, for other systems. Get a token with client credentials at \
            `/api/v1/oauth/token` and send it as `Authorization: Bearer …`. Lists are paged: give the `next` of one page as \
            `after` for the following one. Send an `Idempotency-Key` with every POST: the same call again then gets the same \
            answer and does nothing twice, also when both arrive at once. Errors are problem details (RFC 9457)."
    ),
    components(schemas(problem::Problem)),
    modifiers(&Description),
    tags(
        (name = "oauth", description = "Tokens"),
        (name = "contacts", description = "People, as the unit sees them"),
        (name = "topics", description = "What subscribers choose"),
        (name = "subscriptions", description = "Who gets which topic, and the record of their consent"),
        (name = "suppressions", description = "Addresses never to write to"),
        (name = "units", description = "The tree of business units"),
        (name = "imports", description = "Files of people and of addresses never to write to"),
        (name = "templates", description = "Shared templates: the unit's own and those of the units above it"),
        (name = "sender-profiles", description = "Who messages are from"),
        (name = "sender-domains", description = "Domains that messages are from, their DKIM keys and DNS records"),
        (name = "relays", description = "The machines that take mail from the installation"),
        (name = "recipient-limits", description = "How fast others take mail"),
        (name = "campaigns", description = "Campaigns, their way through approval, and what became of them"),
        (name = "message-definitions", description = "What other systems send by key, and its way through approval"),
        (name = "messages", description = "Messages that other systems ask for, and what became of each"),
        (name = "users", description = "Staff and their roles in the unit"),
        (name = "clients", description = "Other systems that call the API"),
        (name = "audit", description = "Who did what"),
    )
)]
struct Api;

/// All routes with their descriptions.
fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(Api::openapi())
        .routes(routes!(oauth::token::token))
        .merge(contacts::routes())
        .merge(topics::routes())
        .merge(subscriptions::routes())
        .merge(suppressions::routes())
        .merge(units::routes())
        .merge(audit::routes())
        .merge(users::routes())
        .merge(imports::routes())
        .merge(clients::routes())
        .merge(templates::routes())
        .merge(sender_profiles::routes())
        .merge(sender_domains::routes())
        .merge(relays::routes())
        .merge(recipient_limits::routes())
        .merge(campaigns::routes())
        .merge(message_definitions::routes())
        .merge(messages::routes())
}

/// The API and its documentation.
pub fn router(state: AppState) -> Router {
    let (api, description) = OpenApiRouter::new().nest(PREFIX, routes()).split_for_parts();
    api.layer(DefaultBodyLimit::max(BODY_LIMIT))
        .merge(docs::router(description))
        .route(
            "/api/{*rest}",
            axum::routing::any(async || problem::Stop::from(types::Code::NotFound)),
        )
        .layer(axum::middleware::from_fn(problem::render))
        .with_state(state)
}

#[cfg(test)]
pub mod tests;
