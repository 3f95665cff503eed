//! Who calls, by any of the ways that callers of the vendor have.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::http::header::AUTHORIZATION;
use axum::http::{Extensions, HeaderMap};
use domain::access::Permits;
use domain::clients::Caller;
use domain::{Actor, Domain, Granted, Tx, clients, keys, units};
use jiff::{SignedDuration, Timestamp};
use types::{ClientId, UnitId};
use uuid::Uuid;

use super::envelope::Credentials;
use super::fault::Fault;
use super::node::Node;
use crate::http::api_v1::caller::known;
use crate::http::peer::client_address;
use crate::state::AppState;

/// Tokens got for names and passwords that are kept.
const MOST: usize = 1_000;

/// Callers that send name and password with every call get a token once, and the token is looked at with every call: revoking a client stops
/// it at once. By the hash of name and password.
#[derive(Default)]
pub struct Tokens(Mutex<HashMap<[u8; 32], (String, Timestamp)>>);

/// A call by somebody known.
pub struct Session {
    pub state: AppState,
    pub actor: Actor,
    /// The one that the call is about: the client's own, or the one it names.
    pub unit: UnitId,
}

impl Session {
    /// The proof, or why not.
    ///
    /// # Errors
    /// In words.
    pub fn grant<P: Permits>(&self) -> Result<Granted<P>, String> {
        self.actor.grant(self.unit).map_err(|_| {
            format!(
                "The API client lacks the scope {}. Give it the scope in the console, or call with another client.",
                P::PERMISSION.as_str()
            )
        })
    }

    /// Whose continuations and requests are meant.
    pub fn owner(&self) -> Uuid {
        match self.actor.kind() {
            domain::access::ActorKind::User(user) => user.uuid(),
            domain::access::ActorKind::Client(client) => client.uuid(),
            domain::access::ActorKind::System => Uuid::nil(),
        }
    }

    /// Opens a transaction.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn begin(&self) -> domain::Result<Tx> {
        self.state.domain.begin().await
    }

    /// A fresh id.
    pub fn id(&self) -> Uuid {
        fresh(&self.state.domain)
    }
}

/// A random id.
pub fn fresh(domain: &Domain) -> Uuid {
    uuid::Builder::from_random_bytes(domain.random()).into_uuid()
}

/// Finds out who calls.
///
/// # Errors
/// `Token Expired` for a token that is not (or no longer) one, so that callers get a new one; `Login Failed` for the rest.
pub async fn identify(
    state: &AppState,
    tokens: &Tokens,
    (headers, extensions): (&HeaderMap, &Extensions),
    credentials: &Credentials,
    request: &Node,
) -> Result<Session, Fault> {
    let domain = &state.domain;
    let bearer = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    let token = credentials
        .token
        .as_deref()
        .or(bearer)
        .filter(|it| !it.is_empty());
    let found = match (token, &credentials.name) {
        (Some(token), _) => known(state, extensions, token)
            .await?
            .ok_or(Fault::Security("Token Expired"))?,
        (None, Some((name, password))) => by_name(state, tokens, extensions, name, password).await?,
        (None, None) => return Err(Fault::Security("Login Failed")),
    };
    let Caller {
        actor, unit: home, ..
    } = found;
    let unit = unit_of(domain, &actor, home, request).await?;
    Ok(Session {
        state: state.clone(),
        actor,
        unit,
    })
}

async fn by_name(
    state: &AppState,
    tokens: &Tokens,
    extensions: &Extensions,
    name: &str,
    password: &str,
) -> Result<Caller, Fault> {
    let domain = &state.domain;
    let refused = || Fault::Security("Login Failed");
    let client: ClientId = name.parse().map_err(|_| refused())?;
    let hash = keys::sha256(format!("{client} {password}").as_bytes());
    if let Some(token) = tokens.get(&hash, domain.now())
        && let Some(found) = known(state, extensions, &token).await?
    {
        return Ok(found);
    }
    let from = client_address(extensions);
    let (standing, token) = clients::exchange(domain, &state.meter, from, client, password, &[]).await?;
    standing.admit()?;
    let token = token.ok_or_else(refused)?.value;
    let found = known(state, extensions, &token).await?.ok_or_else(refused)?;
    tokens.keep(hash, token, domain.now());
    Ok(found)
}

impl Tokens {
    fn get(&self, hash: &[u8; 32], now: Timestamp) -> Option<String> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (token, until) = kept.get(hash)?;
        (*until > now).then(|| token.clone())
    }

    fn keep(&self, hash: [u8; 32], token: String, now: Timestamp) {
        // A changed secret works as long as it would with a token that was got at the same time.
        let until = now + SignedDuration::from_secs(clients::TOKEN_SECONDS / 2);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(hash, (token, until));
    }
}

/// The unit a call names: `Client` of its options, of its first object, or `ClientIDs`; by account number (`ID`, the vendor's MID) or key
/// (`CustomerKey`). One that is not there for the client is refused: another department must not send by mistake.
async fn unit_of(domain: &Domain, actor: &Actor, home: UnitId, request: &Node) -> Result<UnitId, Fault> {
    let inner = request.child("RetrieveRequest").unwrap_or(request);
    let named = inner
        .child("Options")
        .and_then(|options| options.child("Client"))
        .or_else(|| inner.child("ClientIDs"))
        .or_else(|| inner.child("Objects").and_then(|object| object.child("Client")));
    let Some(named) = named else { return Ok(home) };
    let unknown = || {
        Fault::Client(
            "Client: it names no business unit that this API client may act in. Leave it out to act in the client's own.".to_owned(),
        )
    };
    let key = match named.text("CustomerKey") {
        "" => named.text("PartnerClientKey"),
        key => key,
    };
    if !key.is_empty() {
        return actor.unit_by_key(key).map(|unit| unit.id).ok_or_else(unknown);
    }
    let id = match named.text("ID") {
        "" => named.text("ClientID"),
        id => id,
    };
    if id.is_empty() {
        return Ok(home);
    }
    let number = id.parse::<i64>().ok();
    let mut tx = domain.begin().await?;
    let numbers = units::numbers(&mut tx, actor).await?;
    numbers
        .into_iter()
        .find(|(_, it)| Some(*it) == number)
        .map(|(unit, _)| unit)
        .ok_or_else(unknown)
}
