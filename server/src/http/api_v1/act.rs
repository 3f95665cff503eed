//! Calls that change something: their input, their one transaction, and their answer, which is the same when the call is
//! repeated under the same `Idempotency-Key`.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use domain::access::Permits;
use domain::idempotency::{self, Answer, Claim};
use domain::{Tx, keys};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use types::Code;
use uuid::Uuid;

use super::caller::By;
use super::problem::Stop;
use crate::state::AppState;

/// The name of the header, as standards write it.
const KEY: &str = "idempotency-key";

/// A request body that was read but not acted on yet. The last extractor of a handler.
pub struct Input<T> {
    value: T,
    key: Option<String>,
    hash: [u8; 32],
}

/// A call under way: its input and its transaction. Dropped without [`Act::done`], nothing has happened.
pub struct Act<T> {
    /// What the caller sent.
    pub input: T,
    /// The transaction that holds both the act and its stored answer.
    pub tx: Tx,
    key: Option<(Uuid, String)>,
}

impl<T: DeserializeOwned + Send> FromRequest<AppState> for Input<T> {
    type Rejection = Stop;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Stop> {
        let key = match request.headers().get(KEY) {
            None => None,
            Some(value) => {
                let text = value
                    .to_str()
                    .map_err(|_| domain::Error::field("Idempotency-Key", Code::BadFormat))?;
                Some(text.to_owned())
            }
        };
        let is_json = request.headers().get(CONTENT_TYPE).is_none_or(is_json);
        let mut hashed = format!("{} {}\n", request.method(), request.uri()).into_bytes();
        let body = Bytes::from_request(request, state)
            .await
            .map_err(|_| Code::TooLarge)?;
        hashed.extend_from_slice(&body);
        // Verbs without options take no body at all.
        let text: &[u8] = if body.is_empty() { b"{}" } else { &body };
        if !is_json {
            return Err(Stop::unreadable("the body must be application/json"));
        }
        let value = read(text).map_err(|error| Stop::unreadable(format!("the body: {error}")))?;
        Ok(Self {
            value,
            key,
            hash: keys::sha256(&hashed),
        })
    }
}

/// To JSON Schema `7.0` is a whole number, and there are languages that write one so.
fn read<T: DeserializeOwned>(text: &[u8]) -> serde_json::Result<T> {
    serde_json::from_slice(text).or_else(|error| {
        let mut value: Value = serde_json::from_slice(text)?;
        match whole(&mut value) {
            true => serde_json::from_value(value),
            false => Err(error),
        }
    })
}

/// Writes whole numbers as such; says whether there were any that were not.
fn whole(value: &mut Value) -> bool {
    match value {
        Value::Number(number) => {
            // Beyond that a double has no fractions, and not every whole number.
            let exact = number
                .as_f64()
                .filter(|it| number.is_f64() && it.fract() == 0.0 && it.abs() < 9_007_199_254_740_992.0);
            let Some(exact) = exact.and_then(|it| format!("{it:.0}").parse::<i64>().ok()) else {
                return false;
            };
            *value = Value::from(exact);
            true
        }
        Value::Array(items) => items.iter_mut().fold(false, |any, it| whole(it) | any),
        Value::Object(fields) => fields.values_mut().fold(false, |any, it| whole(it) | any),
        _ => false,
    }
}

fn is_json(value: &HeaderValue) -> bool {
    value.to_str().is_ok_and(|value| {
        value
            .split(';')
            .next()
            .is_some_and(|kind| kind.trim() == "application/json")
    })
}

impl<T> Input<T> {
    /// For answers that must not be kept: they hold a secret.
    #[must_use]
    pub fn without_key(mut self) -> Self {
        self.key = None;
        self
    }

    /// What the caller sent, where no answer is to be kept for it.
    ///
    /// # Errors
    /// The input as it was, where one is.
    pub fn unkeyed(self) -> Result<T, Self> {
        match self.key {
            None => Ok(self.value),
            Some(_) => Err(self),
        }
    }

    /// Opens the transaction and claims the idempotency key, if there is one.
    ///
    /// # Errors
    /// [`Stop::Answered`] when the call was answered before; a problem when the key was used for another call.
    pub async fn begin<P: Permits>(self, by: &By<P>) -> Result<Act<T>, Stop> {
        let mut tx = by.begin().await?;
        let key = self.key.map(|key| (by.owner(), key));
        if let Some((owner, key)) = &key
            && let Claim::Answered(answer) = idempotency::claim(&mut tx, *owner, key, &self.hash).await?
        {
            let mut response = respond(&answer);
            response
                .headers_mut()
                .insert("idempotency-replayed", HeaderValue::from_static("true"));
            return Err(Stop::Answered(Box::new(response)));
        }
        Ok(Act {
            input: self.value,
            tx,
            key,
        })
    }
}

impl<T> Act<T> {
    /// Commits, and answers with a body.
    ///
    /// # Errors
    /// When the database is away: then nothing has happened.
    pub async fn done(mut self, status: StatusCode, body: &impl Serialize) -> Result<Response, Stop> {
        let body = serde_json::to_vec(body).map_err(domain::Error::from)?;
        let answer = Answer {
            status: status.as_u16(),
            body,
        };
        if let Some((owner, key)) = &self.key {
            idempotency::store(&mut self.tx, *owner, key, &answer).await?;
        }
        self.tx.commit().await?;
        Ok(respond(&answer))
    }

    /// Commits, and answers that there is nothing to say.
    ///
    /// # Errors
    /// When the database is away: then nothing has happened.
    pub async fn done_empty(mut self) -> Result<Response, Stop> {
        let answer = Answer {
            status: StatusCode::NO_CONTENT.as_u16(),
            body: Vec::new(),
        };
        if let Some((owner, key)) = &self.key {
            idempotency::store(&mut self.tx, *owner, key, &answer).await?;
        }
        self.tx.commit().await?;
        Ok(respond(&answer))
    }
}

fn respond(answer: &Answer) -> Response {
    let mut response = Response::new(Body::from(answer.body.clone()));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    if !answer.body.is_empty() {
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    response
}

/// For calls without a body.
#[derive(Debug, serde::Deserialize)]
pub struct Nothing {}

/// The id of what was made.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Made<T> {
    /// Use it in addresses.
    pub id: T,
}
