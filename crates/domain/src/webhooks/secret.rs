//! Secrets of endpoints, and signatures by them (Standard Webhooks, "Signature scheme").

use crate::keys::{self, Keys};
use crate::sending::seal::{Sealed, open, seal};
use crate::{Error, Result, Tx};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use secrecy::ExposeSecret;
use types::webhooks::Payload;
use types::{WebhookEventId, WebhookId};

/// How secrets are marked.
const PREFIX: &str = "whsec_";

/// One endpoint's keys, the newest first. Printing them shows nothing.
#[derive(Clone)]
pub(super) struct Secrets(Vec<[u8; 32]>);

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secrets({})", self.0.len())
    }
}

/// A fresh secret: as it is shown, and as it is kept.
pub(super) fn make(tx: &Tx, endpoint: WebhookId) -> Result<(String, Vec<u8>)> {
    let bytes = tx.random::<32>();
    let sealed = seal(tx.keys(), Sealed::WebhookSecret, endpoint.uuid(), &bytes)?;
    Ok((format!("{PREFIX}{}", STANDARD.encode(bytes)), sealed))
}

impl Secrets {
    /// Opens what was sealed for an endpoint.
    pub(super) fn open<'a>(
        keys: &Keys,
        endpoint: WebhookId,
        sealed: impl Iterator<Item = &'a [u8]>,
    ) -> Result<Self> {
        let opened = sealed.map(|sealed| {
            let bytes = open(keys, Sealed::WebhookSecret, endpoint.uuid(), sealed)?;
            let bytes = bytes.expose_secret().try_into();
            bytes.map_err(|_| Error::broken("a secret of a webhook has another length"))
        });
        opened.collect::<Result<_>>().map(Self)
    }

    /// The value of `webhook-signature`: one signature a secret.
    fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let signed = [id.as_bytes(), b".", timestamp.to_string().as_bytes(), b".", body].concat();
        let signatures = self
            .0
            .iter()
            .map(|key| format!("v1,{}", STANDARD.encode(keys::hmac(key, &signed))));
        signatures.collect::<Vec<_>>().join(" ")
    }

    /// An attempt to post an event, made at `now`.
    pub(super) fn call(
        &self,
        url: &str,
        event: WebhookEventId,
        payload: &Payload,
        now: Timestamp,
    ) -> Result<Call> {
        let body = serde_json::to_vec(payload)?;
        let id = event.to_string();
        let timestamp = now.as_second();
        Ok(Call {
            url: url.to_owned(),
            signature: self.sign(&id, timestamp, &body),
            id,
            timestamp: timestamp.to_string(),
            body,
        })
    }
}

/// One attempt, ready to be posted.
#[derive(Clone, PartialEq, Eq)]
pub struct Call {
    /// Where to.
    pub url: String,
    /// `webhook-id`.
    pub id: String,
    /// `webhook-timestamp`.
    pub timestamp: String,
    /// `webhook-signature`.
    pub signature: String,
    /// JSON.
    pub body: Vec<u8>,
}

/// What came back of an attempt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Posted {
    /// None: there was no answer.
    pub status: Option<u16>,
    /// What the answer's body began with, or what the trouble was.
    pub answer: String,
    /// How long it took.
    pub took: std::time::Duration,
    /// The answer's `Retry-After`, as it stands there.
    pub retry_after: Option<String>,
}

impl Posted {
    /// Any 2xx.
    #[must_use]
    pub fn is_delivered(&self) -> bool {
        self.status.is_some_and(|it| (200..300).contains(&it))
    }
}

/// Bodies hold addresses: they are not printed (law 10).
impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Call({})", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the libraries' own tests (standard-webhooks, `test_webhooks.py`), whose secret has 24 bytes: here padded to ours, so
    /// that only the composition is compared; whole signatures are verified by a library that is not ours (server/tests).
    #[test]
    fn a_signature_covers_id_time_and_body_and_there_is_one_a_secret() {
        let secrets = Secrets(vec![[1; 32], [2; 32]]);
        let header = secrets.sign("msg_1", 1_614_265_330, b"{}");
        let parts: Vec<&str> = header.split(' ').collect();
        assert_eq!(parts.len(), 2);
        let expected = STANDARD.encode(keys::hmac(&[1; 32], b"msg_1.1614265330.{}"));
        assert_eq!(parts[0], format!("v1,{expected}"));
        assert_ne!(parts[0], parts[1]);
        assert_eq!(format!("{secrets:?}"), "Secrets(2)");
    }
}
