//! Who calls, and the proof that they may: a bearer token becomes a [`Granted`].

use std::ops::Deref;

use axum::extract::{FromRequestParts, Path, RawPathParams};
use axum::http::Extensions;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use domain::access::{ActorKind, Permits};
use domain::clients::Caller;
use domain::{Actor, Domain, Granted, Tx, clients, keys};
use types::{Code, UnitId};
use uuid::Uuid;

use super::problem::Stop;
use super::standing;
use crate::gather::Gather;
use crate::http::peer::client_address;
use crate::state::AppState;

/// A call by somebody who may do `P` in the unit it concerns: the one named by `?unit=` (key or id), else the client's own.
///
/// As an extractor it comes first, so that nobody learns from the reading of a body what they may not do anyway.
pub struct By<P> {
    /// Rules and rows.
    pub domain: Domain,
    /// The caller.
    pub actor: Actor,
    granted: Granted<P>,
}

impl<P> Deref for By<P> {
    type Target = Granted<P>;

    fn deref(&self) -> &Granted<P> {
        &self.granted
    }
}

impl<P> By<P> {
    /// Opens the transaction of a call that reads.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn begin(&self) -> Result<Tx, Stop> {
        Ok(self.domain.begin().await?)
    }

    /// Whose idempotency keys are meant.
    pub fn owner(&self) -> Uuid {
        match self.actor.kind() {
            ActorKind::User(user) => user.uuid(),
            ActorKind::Client(client) => client.uuid(),
            ActorKind::System => Uuid::nil(),
        }
    }
}

impl<P: Permits> FromRequestParts<AppState> for By<P> {
    type Rejection = Stop;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Stop> {
        let token = parts
            .headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let token = token.and_then(bearer).ok_or(Code::NotSignedIn)?;
        let Caller {
            actor, unit: home, ..
        } = admit(state, &parts.extensions, token).await?;
        let unit = match wanted_unit(parts, state).await {
            None => home,
            Some(text) => named(&actor, &text).ok_or(Code::NotFound)?,
        };
        let granted = actor.grant::<P>(unit)?;
        Ok(Self {
            domain: state.domain.clone(),
            actor,
            granted,
        })
    }
}

/// Calls by the SHA-256 of their token: those that come while it is being looked at are answered by one look after that, so that whoever is
/// shut out is out from the next call on, on every node.
pub type SigningIn = Gather<[u8; 32], (), Result<Option<Caller>, Code>>;

async fn signed_in(state: &AppState, token: &str) -> Result<Option<Caller>, Code> {
    let (domain, text) = (state.domain.clone(), token.to_owned());
    let look = move |waiting: Vec<()>| {
        let (domain, text) = (domain.clone(), text.clone());
        async move {
            let found = clients::authenticate(&domain, &text).await;
            // Logged here, once for all of them.
            let found = found.map_err(|error| types::ApiError::from(error).code);
            vec![found; waiting.len()]
        }
    };
    let key = keys::sha256(token.as_bytes());
    let answer = state.signing.ask(key, (), usize::MAX, look).await;
    answer.unwrap_or(Err(Code::Internal))
}

/// The client that a token belongs to, if it may call from where the request comes from, and once more: the call is counted.
///
/// # Errors
/// As a problem: no such token, not from there, too often, or the database is away.
pub async fn admit(state: &AppState, extensions: &Extensions, token: &str) -> Result<Caller, Stop> {
    Ok(known(state, extensions, token).await?.ok_or(Code::NotSignedIn)?)
}

/// [`admit`] for interfaces that word refusals otherwise. None: the token is nobody's.
///
/// # Errors
/// Not from there, too often, or the database is away.
pub async fn known(
    state: &AppState,
    extensions: &Extensions,
    token: &str,
) -> Result<Option<Caller>, domain::Error> {
    let Some(caller) = signed_in(state, token).await.map_err(domain::Error::code)? else {
        return Ok(None);
    };
    let from = client_address(extensions);
    caller.admit(from)?;
    let standing = state.meter.spend(&state.domain, caller.quota, from).await?;
    standing::note(extensions, standing);
    standing.admit()?;
    Ok(Some(caller))
}

/// The token of a `Bearer` header; the scheme's name has no case (RFC 9110).
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The unit in the address (`/units/{unit}`), or the one in `?unit=`.
async fn wanted_unit(parts: &mut Parts, state: &AppState) -> Option<String> {
    if let Ok(path) = RawPathParams::from_request_parts(parts, state).await
        && let Some((_, unit)) = path.iter().find(|(name, _)| *name == "unit")
    {
        return Some(unit.to_owned());
    }
    let query = parts.uri.query()?;
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs
        .find(|(name, _)| name == "unit")
        .map(|(_, value)| value.into_owned())
}

fn named(actor: &Actor, text: &str) -> Option<UnitId> {
    let by_key = actor.unit_by_key(text).map(|unit| unit.id);
    by_key.or_else(|| text.parse().ok())
}

/// The id in the address. One that is no id at all names nothing: not found.
pub struct At<T>(pub T);

impl<T: std::str::FromStr> FromRequestParts<AppState> for At<T> {
    type Rejection = Stop;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Stop> {
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| Code::NotFound)?;
        text.parse().map(Self).map_err(|_| Code::NotFound.into())
    }
}

/// The two ids in an address such as `/sender-domains/{id}/keys/{key}`.
pub struct AtBoth<A, B>(pub A, pub B);

impl<A: std::str::FromStr, B: std::str::FromStr> FromRequestParts<AppState> for AtBoth<A, B> {
    type Rejection = Stop;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Stop> {
        let Path((first, second)) = Path::<(String, String)>::from_request_parts(parts, state)
            .await
            .map_err(|_| Code::NotFound)?;
        match (first.parse(), second.parse()) {
            (Ok(first), Ok(second)) => Ok(Self(first, second)),
            _ => Err(Code::NotFound.into()),
        }
    }
}
