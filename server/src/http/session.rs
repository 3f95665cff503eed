//! Sessions of the console: tower-sessions with a store of our own, whose rows belong to `domain::identity::sessions`.
//!
//! A session exists only for somebody who has signed in. Its id is renewed whenever somebody signs in, so that one planted
//! before is worth nothing; saving one that was revoked meanwhile does not bring it back.

use std::collections::HashMap;

use async_trait::async_trait;
use domain::Domain;
use domain::identity::sessions::{self, SessionHash};
use tower_sessions::cookie::SameSite;
use tower_sessions::cookie::time::{Duration, OffsetDateTime};
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{self, Error};
use tower_sessions::{Expiry, Session, SessionManagerLayer, SessionStore};
use types::UserId;

use crate::config::HttpConfig;

/// Under this key a session keeps whose it is.
const USER: &str = "user";

/// Sessions in PostgreSQL.
#[derive(Clone)]
pub struct Store(Domain);

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
    }
}

/// The layer that reads and writes the cookie: `HttpOnly`, `SameSite=Lax` (links in mails lead into the console), and behind
/// https `Secure` under a `__Host-` name, which no other host of the domain can set. It lives as long as the browser; the
/// server decides when the session ends.
#[must_use]
pub fn layer(domain: &Domain, http: &HttpConfig) -> SessionManagerLayer<Store> {
    SessionManagerLayer::new(Store(domain.clone()))
        .with_name(cookie_name(http))
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_secure(http.public_url.is_https())
        .with_expiry(Expiry::OnSessionEnd)
}

/// The cookie's name.
#[must_use]
pub fn cookie_name(http: &HttpConfig) -> &'static str {
    if http.public_url.is_https() {
        "__Host-campanile"
    } else {
        "campanile"
    }
}

/// Opens a session for somebody, with an id that nobody has seen before.
///
/// # Errors
/// When the database cannot be asked.
pub async fn open(session: &Session, user: UserId) -> Result<(), tower_sessions::session::Error> {
    // What the browser brought ends here, whatever it was.
    if session.id().is_some() {
        session.flush().await?;
    }
    session.cycle_id().await?;
    session.insert(USER, user).await
}

/// Ends the session of this browser.
///
/// # Errors
/// When the database cannot be asked.
pub async fn close(session: &Session) -> Result<(), tower_sessions::session::Error> {
    session.flush().await
}

/// Whose the session is, if it still lives.
///
/// # Errors
/// When the database cannot be asked.
pub async fn user(session: &Session) -> Result<Option<UserId>, tower_sessions::session::Error> {
    session.get(USER).await
}

/// As the table knows the session.
#[must_use]
pub fn hash(id: &Id) -> SessionHash {
    domain::keys::sha256(&id.0.to_be_bytes())
}

fn encode(record: &Record) -> session_store::Result<Vec<u8>> {
    rmp_serde::to_vec_named(&record.data).map_err(|error| Error::Encode(error.to_string()))
}

fn failed(error: domain::Error) -> Error {
    // Logged where it is turned into an answer; no values in it.
    Error::Backend(types::ApiError::from(error).to_string())
}

#[async_trait]
impl SessionStore for Store {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        let user = record
            .data
            .get(USER)
            .and_then(|user| serde_json::from_value(user.clone()).ok());
        let data = encode(record)?;
        while !sessions::create(&self.0, &hash(&record.id), user, &data)
            .await
            .map_err(failed)?
        {
            record.id = Id::default();
        }
        Ok(())
    }

    async fn save(&self, record: &Record) -> session_store::Result<()> {
        // None: revoked meanwhile. It stays so.
        sessions::save(&self.0, &hash(&record.id), &encode(record)?)
            .await
            .map(drop)
            .map_err(failed)
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        let Some(data) = sessions::load(&self.0, &hash(id)).await.map_err(failed)? else {
            return Ok(None);
        };
        let data: HashMap<String, serde_json::Value> =
            rmp_serde::from_slice(&data).map_err(|error| Error::Decode(error.to_string()))?;
        // The table decides when it ends; tower-sessions only wants to see something in the future.
        let expiry_date = OffsetDateTime::UNIX_EPOCH.saturating_add(Duration::weeks(52 * 1000));
        Ok(Some(Record {
            id: *id,
            data,
            expiry_date,
        }))
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        sessions::delete(&self.0, &hash(id)).await.map_err(failed)
    }
}
