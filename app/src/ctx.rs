//! From a request to what the domain needs: the `Domain`, the `Actor`, the reader's language. Server only.
//!
//! A server function begins with `let cx = ctx::get()?;`. It works the same when called over `/rpc` and when called directly
//! while rendering, since both provide the same context; middleware of `/rpc` alone would be skipped in the second case.
//! Read it before the first `.await`.
//!
//! ```ignore
//! #[server(prefix = "/rpc", endpoint = "topics/list", input = Json)]
//! pub async fn list_topics(unit: String) -> Result<Vec<Topic>, ApiError> {
//!     let cx = ctx::get()?;
//!     let by = cx.grant::<ReadTopics>(&unit)?;
//!     let mut tx = cx.begin().await?;
//!     domain::topics::list(&mut tx, &by).await.map_err(ctx::failed)
//! }
//! ```

use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};
use axum::http::request::Parts;
use domain::access::Permits;
use domain::sending::Outside;
use domain::{Actor, Domain, Granted, Tx};
use i18n::{LOCALE_COOKIE, Locale, choose_locale};
use leptos::prelude::*;
use std::sync::Arc;
use types::{ApiError, Code};

/// A signed-in person's request.
#[derive(Clone)]
pub struct Ctx {
    pub domain: Domain,
    pub actor: Actor,
}

impl Ctx {
    /// The proof that the actor may do `P` in the unit with this key (the part of the address after `/c/`).
    ///
    /// # Errors
    /// `not_found` for a unit that the actor does not see, `forbidden` without the permission.
    pub fn grant<P: Permits>(&self, unit: &str) -> Result<Granted<P>, ApiError> {
        let unit = self
            .actor
            .unit_by_key(unit)
            .ok_or(ApiError::new(Code::NotFound))?;
        self.actor.grant::<P>(unit.id).map_err(failed)
    }

    /// Opens the transaction of one act.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn begin(&self) -> Result<Tx, ApiError> {
        self.domain.begin().await.map_err(failed)
    }
}

/// The request's domain and person.
///
/// # Errors
/// `not_signed_in` without a session.
pub fn get() -> Result<Ctx, ApiError> {
    let actor = actor().ok_or(ApiError::new(Code::NotSignedIn))?;
    Ok(Ctx {
        domain: domain()?,
        actor,
    })
}

/// The domain alone, for what works without signing in.
///
/// # Errors
/// When the router did not provide it, which is a mistake of ours.
pub fn domain() -> Result<Domain, ApiError> {
    use_context::<Domain>().ok_or_else(|| {
        tracing::error!("no domain in the request's context");
        ApiError::new(Code::Internal)
    })
}

/// Relays and names, as far as the server can reach them.
///
/// # Errors
/// When the router did not provide it, which is a mistake of ours.
pub fn outside() -> Result<Arc<dyn Outside>, ApiError> {
    use_context::<Arc<dyn Outside>>().ok_or_else(|| {
        tracing::error!("no way outside in the request's context");
        ApiError::new(Code::Internal)
    })
}

/// Who asks: the middleware puts the `Actor` of the session into the request's extensions.
#[must_use]
pub fn actor() -> Option<Actor> {
    use_context::<Parts>()?.extensions.get::<Actor>().cloned()
}

/// The session of a request, as the table knows it: "sign out everywhere else" spares it. Set by the middleware.
#[derive(Clone, Copy, Debug)]
pub struct CurrentSession(pub domain::identity::sessions::SessionHash);

/// The session that the request came with.
#[must_use]
pub fn current_session() -> Option<domain::identity::sessions::SessionHash> {
    use_context::<Parts>()?
        .extensions
        .get::<CurrentSession>()
        .map(|session| session.0)
}

/// What a server function answers when the domain refuses; what is our own fault is logged here, once.
#[must_use]
pub fn failed(error: domain::Error) -> ApiError {
    let api = error.to_api();
    if error.refusal().is_none() {
        tracing::error!(%error, "a server function failed");
    }
    api
}

/// The request's head, as `leptos_axum` provides it.
#[must_use]
pub fn parts() -> Option<Parts> {
    use_context::<Parts>()
}

/// One cookie of the request.
#[must_use]
pub fn cookie(name: &str) -> Option<String> {
    cookie_of(&parts()?, name)
}

fn cookie_of(parts: &Parts, name: &str) -> Option<String> {
    parts
        .headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then(|| value.to_owned()))
}

/// The reader's language: the signed-in person's, else the cookie's, else the best that the browser asks for.
#[must_use]
pub fn locale() -> Locale {
    let Some(parts) = parts() else {
        return Locale::default();
    };
    let own = parts
        .extensions
        .get::<Actor>()
        .map(|actor| actor.language().code());
    let accept = parts
        .headers
        .get(ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok());
    choose_locale(own, cookie_of(&parts, LOCALE_COOKIE).as_deref(), accept)
}
