//! What is posted, made of the event and the message it is about at the moment it is sent: what is erased meanwhile is not sent.

use crate::{Error, Result};
use jiff::Timestamp;
use serde_json::Value;
use types::webhooks::{EventType, MessageData, Payload, PayloadData, TestData};
use types::{MessageId, WebhookId};

/// An event beside its message, as a row has them. Without a message it is a test.
#[derive(Clone)]
pub(super) struct Source {
    pub endpoint: WebhookId,
    pub description: String,
    pub kind: String,
    pub at: Timestamp,
    pub detail: String,
    pub verdict: Option<String>,
    pub message: Option<MessageSource>,
}

#[derive(Clone)]
pub(super) struct MessageSource {
    pub id: MessageId,
    pub key: String,
    pub definition: String,
    pub version: i32,
    pub address: String,
    pub contact_key: Option<String>,
    pub metadata: Value,
}

impl Source {
    pub(super) fn payload(self) -> Result<Payload> {
        let kind: EventType = self
            .kind
            .parse()
            .map_err(|_| Error::broken("an unknown kind of webhook event"))?;
        let data = match self.message {
            Some(message) => PayloadData::Message(MessageData {
                message_id: message.id,
                key: message.key,
                definition: message.definition,
                version: message.version,
                address: message.address,
                contact_key: message.contact_key,
                detail: self.detail,
                verdict: self.verdict,
                metadata: message.metadata,
            }),
            None => PayloadData::Test(TestData {
                webhook_id: self.endpoint,
                description: self.description,
            }),
        };
        Ok(Payload {
            kind,
            timestamp: self.at,
            data,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use uuid::Uuid;

    fn payload(kind: EventType, detail: &str, verdict: Option<&str>, is_test: bool) -> Payload {
        let source = Source {
            endpoint: WebhookId(Uuid::from_u128(2)),
            description: "Orders".to_owned(),
            kind: kind.as_str().to_owned(),
            at: "2026-10-01T08:00:04.12Z".parse().unwrap(),
            detail: detail.to_owned(),
            verdict: verdict.map(str::to_owned),
            message: (!is_test).then(|| MessageSource {
                id: MessageId(Uuid::from_u128(1)),
                key: "order-7".to_owned(),
                definition: "order-placed".to_owned(),
                version: 3,
                address: "ada@example.org".to_owned(),
                contact_key: Some("student-1".to_owned()),
                metadata: json!({"order": 7, "basket": ["ink"]}),
            }),
        };
        source.payload().unwrap()
    }

    /// What receivers were promised: a change here breaks them.
    #[test]
    fn payloads_stay_as_they_are() {
        let all: Vec<String> = EventType::ALL
            .iter()
            .map(|kind| {
                let (detail, verdict) = match kind {
                    EventType::Clicked => ("https://university.test/open-days", Some("human")),
                    EventType::Opened => ("", Some("machine")),
                    EventType::Deferred => ("4.7.1 try again later", None),
                    EventType::Sent => ("2.0.0 Ok: queued as 4B", None),
                    EventType::Failed | EventType::Bounced => ("5.1.1 no such user", None),
                    EventType::Suppressed => ("unsubscribed_all", None),
                    EventType::Cancelled => ("recalled", None),
                    EventType::Ambiguous => ("worker_lost", None),
                    EventType::Accepted
                    | EventType::Complained
                    | EventType::Unsubscribed
                    | EventType::Test => ("", None),
                };
                let payload = payload(*kind, detail, verdict, *kind == EventType::Test);
                serde_json::to_string(&payload).unwrap()
            })
            .collect();
        insta::assert_snapshot!(all.join("\n"));
    }

    #[test]
    fn a_payload_is_read_back() {
        for is_test in [false, true] {
            let payload = payload(EventType::Clicked, "https://university.test", None, is_test);
            let text = serde_json::to_string(&payload).unwrap();
            assert_eq!(serde_json::from_str::<Payload>(&text).unwrap(), payload);
        }
    }
}
