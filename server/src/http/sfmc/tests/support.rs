//! Calls to the drop-in, with a token, and answers without what is new in each.

use domain::testing::Defined;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::http::api_v1::tests::messages::{KEY, live};
use crate::http::api_v1::tests::support::{Answer, Caller};

pub const EMAIL: &str = "/messaging/v1/email";
pub const SENDS: &str = "/messaging/v1/messageDefinitionSends";

/// A caller with a live definition that wants an `order`, and its token.
pub struct Marketer {
    pub caller: Caller,
    pub defined: Defined,
    token: String,
}

impl Marketer {
    pub async fn new(pool: PgPool) -> Self {
        let (caller, defined) = live(pool).await;
        let token = token_of(&caller).await;
        Self {
            caller,
            defined,
            token,
        }
    }

    pub async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        call(&self.caller, &self.token, method, path, body).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call("POST", path, Some(body)).await
    }

    pub async fn count(&self, table: &str) -> i64 {
        sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select count(*) from {table}")))
            .fetch_one(self.caller.university.domain.pool())
            .await
            .expect("a count")
    }
}

pub async fn token_of(caller: &Caller) -> String {
    let body = json!({
        "grant_type": "client_credentials",
        "client_id": caller.credentials.client_id,
        "client_secret": caller.credentials.client_secret,
    });
    let headers = [("content-type", "application/json")];
    let answer = caller.send("POST", "/v2/token", &headers, body.to_string()).await;
    answer.json()["access_token"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

pub async fn call(caller: &Caller, token: &str, method: &str, path: &str, body: Option<Value>) -> Answer {
    let bearer = format!("Bearer {token}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
    ];
    let body = body.map_or_else(String::new, |body| body.to_string());
    caller.send(method, path, &headers, body).await
}

/// One message to an address.
pub fn to(email: &str) -> Value {
    json!({
        "definitionKey": KEY,
        "recipient": {"contactKey": format!("key of {email}"), "to": email, "attributes": {"Order": "A-7", "Colour": "red"}},
    })
}

/// The answer's body without ids and times, which are new in each.
pub fn shape(answer: &Answer) -> Value {
    blank(answer.json())
}

fn blank(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| {
                let new = matches!(
                    name.as_str(),
                    "requestId"
                        | "timestamp"
                        | "compositeId"
                        | "createdDate"
                        | "modifiedDate"
                        | "definitionId"
                        | "deletedDefinitionKey"
                        | "recipientSendId"
                        | "messageId"
                        | "id"
                        | "deliveryTime"
                        | "eventID"
                        | "lastEventID"
                );
                let kept = if new && !value.is_null() && value != json!("") && value != json!(0) {
                    json!("…")
                } else {
                    blank(value)
                };
                (name, kept)
            });
            Value::Object(fields.collect())
        }
        Value::Array(values) => Value::Array(values.into_iter().map(blank).collect()),
        Value::String(text) if uuid::Uuid::parse_str(&text).is_ok() => json!("…"),
        other => other,
    }
}
