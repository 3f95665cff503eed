//! Webhooks: endpoints of other systems, the events they are told, and what became of each.

use crate::text_enum::text_enum;
use crate::{MessageId, UnitId, WebhookEventId, WebhookId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

text_enum! {
    /// What an event is about. The `type` of a payload.
    EventType {
        /// It is in the database and on its way.
        Accepted = "message.accepted",
        /// The relay said "later".
        Deferred = "message.deferred",
        /// The relay took it.
        Sent = "message.sent",
        /// It will not be delivered.
        Failed = "message.failed",
        /// A rule held it back.
        Suppressed = "message.suppressed",
        /// It was taken back before its time.
        Cancelled = "message.cancelled",
        /// Nobody can know whether it went.
        Ambiguous = "message.ambiguous",
        Opened = "message.opened",
        Clicked = "message.clicked",
        Bounced = "message.bounced",
        Complained = "message.complained",
        Unsubscribed = "message.unsubscribed",
        /// Somebody tries the endpoint.
        Test = "webhook.test",
    }
}

impl EventType {
    /// Those that an endpoint can choose: all but the test, which always comes.
    pub fn choosable() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|kind| *kind != Self::Test)
    }
}

text_enum! {
    /// Whether an endpoint gets events.
    EndpointState {
        Active = "active",
        /// By staff: events wait until it goes on.
        Paused = "paused",
        /// By itself: it said that it is gone, or failed for days. Nothing more is collected for it.
        Disabled = "disabled",
    }
}

text_enum! {
    /// Why an endpoint was disabled.
    DisabledFor {
        /// It answered 410 Gone.
        Gone = "gone",
        /// It failed for days.
        Failing = "failing",
    }
}

text_enum! {
    /// Where a delivery stands.
    DeliveryState {
        /// Waits for its turn or its next attempt.
        Pending = "pending",
        Delivered = "delivered",
        /// Given up; it can be replayed.
        Dead = "dead",
    }
}

/// What is told of an endpoint when it is made or changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "utoipa", schema(example = json!({
    "url": "https://shop.example.edu/hooks/campanile", "description": "Orders", "event_types": ["message.sent", "message.failed"]
})))]
#[serde(deny_unknown_fields)]
pub struct WebhookInput {
    /// Where events are posted to: https, without user name and password.
    pub url: String,
    /// For people; up to 200 characters.
    #[serde(default)]
    pub description: String,
    /// Which events; empty: all, also those that later versions add.
    #[serde(default)]
    pub event_types: Vec<EventType>,
    /// Events wait until it is false again.
    #[serde(default)]
    pub paused: bool,
    /// The one that was read, for a change; not looked at when it is made.
    #[serde(default)]
    pub edit_version: i32,
}

/// An endpoint, without its secret, which is shown once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Webhook {
    pub id: WebhookId,
    pub unit_id: UnitId,
    pub url: String,
    pub description: String,
    /// Empty: all.
    pub event_types: Vec<EventType>,
    pub state: EndpointState,
    pub disabled_for: Option<DisabledFor>,
    /// Until then the secret before the last change signs too.
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub previous_secret_until: Option<Timestamp>,
    /// Since when nothing was taken; none: the last attempt was.
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub failing_since: Option<Timestamp>,
    /// When it is tried next whether it answers again.
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub retry_at: Option<Timestamp>,
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub last_success_at: Option<Timestamp>,
    /// Events that wait for it; counted up to 10,000.
    pub waiting: i64,
    /// Events that were given up and can be replayed; counted up to 10,000.
    pub dead: i64,
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub created_at: Timestamp,
    pub edit_version: i32,
}

/// The secret of an endpoint, in the one answer that shows it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "utoipa", schema(example = json!({
    "id": "0199f0a2-7b44-7cc3-9d55-1f2e3d4c5b6a", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
})))]
pub struct WebhookSecret {
    pub id: WebhookId,
    /// `whsec_` and 256 random bits in base64, as the libraries of Standard Webhooks take it.
    pub secret: String,
}

impl std::fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "WebhookSecret({}, …)", self.id)
    }
}

/// One event for one endpoint, in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct WebhookDelivery {
    /// The `webhook-id`: the same at every attempt.
    pub id: WebhookEventId,
    #[serde(rename = "type")]
    pub kind: EventType,
    /// None: a test.
    pub message_id: Option<MessageId>,
    /// When it happened.
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub at: Timestamp,
    pub state: DeliveryState,
    pub attempts: i32,
    /// Not before; none unless it is pending.
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub next_at: Option<Timestamp>,
    /// When the last attempt was made.
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub attempted_at: Option<Timestamp>,
    /// Of the last answer; none: there was none.
    pub status: Option<i16>,
    /// How long the last attempt took.
    pub duration_ms: Option<i32>,
}

/// One event with what was posted and what came back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct WebhookDeliveryDetail {
    #[serde(flatten)]
    pub delivery: WebhookDelivery,
    /// What is posted.
    pub payload: Payload,
    /// What the last answer's body began with (500 characters), or what the trouble was where there was none.
    pub answer: String,
}

/// What an endpoint said to a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "utoipa", schema(example = json!({"delivered": true, "status": 204, "answer": "", "duration_ms": 41})))]
pub struct WebhookTrial {
    /// It answered with a 2xx status.
    pub delivered: bool,
    /// None: there was no answer.
    pub status: Option<i16>,
    /// What the body began with, or what the trouble was.
    pub answer: String,
    pub duration_ms: i32,
}

/// What is posted to an endpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "utoipa", schema(example = json!({
    "type": "message.sent", "timestamp": "2026-10-01T08:00:04.120Z",
    "data": {
        "message_id": "0199f0a2-7b44-7cc3-9d55-1f2e3d4c5b6a", "key": "order-7", "definition": "order-placed", "version": 3,
        "address": "ada@example.org", "contact_key": "student-1", "detail": "2.0.0 Ok: queued", "metadata": {"order": 7}
    }
})))]
pub struct Payload {
    #[serde(rename = "type")]
    pub kind: EventType,
    /// When it happened; the attempt's time is in `webhook-timestamp`.
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub timestamp: Timestamp,
    pub data: PayloadData,
}

/// What an event says: of a message, or of the endpoint that is tried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum PayloadData {
    Message(MessageData),
    Test(TestData),
}

/// An event of a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct MessageData {
    pub message_id: MessageId,
    /// The caller's key, else the id.
    pub key: String,
    /// Key of the definition.
    pub definition: String,
    /// Which version of it.
    pub version: i32,
    pub address: String,
    /// The unit's key for the person.
    pub contact_key: Option<String>,
    /// Of a click: the link. Of an end: the relay's reply, or the rule. Of a deferral: the reply.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// Of opens and clicks: `human` or `machine`, as it was judged at first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<String>,
    /// As the caller gave it.
    #[cfg_attr(feature = "utoipa", schema(value_type = Object))]
    pub metadata: Value,
}

/// Of a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct TestData {
    pub webhook_id: WebhookId,
    pub description: String,
}

/// Which of the given-up events go again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "utoipa", schema(example = json!({"since": "2026-10-01T00:00:00Z"})))]
#[serde(default, deny_unknown_fields)]
pub struct ReplayInput {
    /// Those that happened since; absent: all.
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(with = "crate::time::option")]
    pub since: Option<Timestamp>,
}

/// How many events go again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Replayed {
    pub events: i64,
}
