//! Webhooks, as integrators manage them. What is posted is tested on the wire (server/tests/wire/webhooks).

use axum::http::StatusCode;
use serde_json::{Value, json};
use sqlx::PgPool;
use types::access::{Permission, Role};

use super::messages::{fields, live, order};
use super::support::Caller;

fn endpoint() -> Value {
    json!({"url": "https://shop.example.edu/hooks", "description": "Orders", "event_types": ["message.accepted"]})
}

#[sqlx::test(migrations = "../migrations")]
async fn an_endpoint_is_added_looked_at_changed_and_removed(pool: PgPool) {
    let (caller, _) = live(pool).await;
    let made = caller.call("POST", "/webhooks", Some(endpoint())).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let made = made.json();
    let id = made["id"].as_str().expect("an id");
    let secret = made["secret"].as_str().expect("a secret");
    assert!(secret.starts_with("whsec_") && secret.len() == 6 + 44, "{secret}");

    // The secret is never seen again.
    let found = caller.call("GET", &format!("/webhooks/{id}"), None).await;
    assert!(!found.body.contains("whsec_"), "{}", found.body);
    let found = found.json();
    assert_eq!(
        (&found["state"], &found["waiting"], &found["event_types"]),
        (&json!("active"), &json!(0), &json!(["message.accepted"]))
    );
    let list = caller.call("GET", "/webhooks", None).await;
    assert!(!list.body.contains("whsec_"), "{}", list.body);

    // What happens from now on waits for it: nobody posts in this test.
    let mut body = order("ada@example.org", "order-7");
    body["metadata"] = json!({"shop": 3});
    caller.call("POST", "/messages", Some(body)).await;
    let deliveries = format!("/webhooks/{id}/deliveries");
    let listed = caller
        .call(
            "GET",
            &format!("{deliveries}?state=pending&type=message.accepted"),
            None,
        )
        .await
        .json();
    let event = listed["items"][0]["id"].as_str().expect("an event").to_owned();
    let message = listed["items"][0]["message_id"].as_str().expect("a message");
    let by_message = caller
        .call("GET", &format!("{deliveries}?message={message}"), None)
        .await
        .json();
    assert_eq!(by_message["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        caller
            .call("GET", &format!("{deliveries}?state=dead"), None)
            .await
            .json()["items"],
        json!([])
    );
    assert_eq!(
        fields(&caller.call("GET", &format!("{deliveries}?state=odd"), None).await),
        [("state".to_owned(), "bad_format".to_owned())]
    );
    let one = caller
        .call("GET", &format!("{deliveries}/{event}"), None)
        .await
        .json();
    assert_eq!(
        (
            &one["type"],
            &one["payload"]["type"],
            &one["payload"]["data"]["metadata"]
        ),
        (
            &json!("message.accepted"),
            &json!("message.accepted"),
            &json!({"shop": 3})
        )
    );
    assert_eq!(one["payload"]["data"]["address"], "ada@example.org");
    let early = caller
        .call("POST", &format!("{deliveries}/{event}/replay"), None)
        .await;
    assert_eq!(
        (early.status, &early.json()["code"]),
        (StatusCode::CONFLICT, &json!("wrong_state"))
    );
    let none = caller
        .call("POST", &format!("/webhooks/{id}/replay"), Some(json!({})))
        .await;
    assert_eq!(none.json(), json!({"events": 0}), "{}", none.body);

    let mut changed = endpoint();
    changed["paused"] = json!(true);
    changed["event_types"] = json!([]);
    changed["edit_version"] = found["edit_version"].clone();
    let path = format!("/webhooks/{id}");
    assert_eq!(
        caller.call("PUT", &path, Some(changed.clone())).await.status,
        StatusCode::OK
    );
    assert_eq!(
        caller.call("PUT", &path, Some(changed)).await.status,
        StatusCode::CONFLICT
    );
    let found = caller.call("GET", &path, None).await.json();
    assert_eq!(
        (&found["state"], &found["waiting"], &found["event_types"]),
        (&json!("paused"), &json!(1), &json!([]))
    );
    let rotated = caller.call("POST", &format!("{path}/rotate"), None).await;
    assert_eq!(rotated.status, StatusCode::CREATED, "{}", rotated.body);
    assert_ne!(rotated.json()["secret"], json!(secret));
    assert!(caller.call("GET", &path, None).await.json()["previous_secret_until"].is_string());
    assert_eq!(
        caller.call("DELETE", &path, None).await.status,
        StatusCode::NO_CONTENT
    );
    for (method, path) in [("GET", &path), ("GET", &deliveries), ("DELETE", &path)] {
        assert_eq!(
            caller.call(method, path, None).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    let log = caller.call("GET", "/audit", None).await;
    assert!(
        log.body.contains("webhook.removed") && !log.body.contains("/hooks"),
        "{}",
        log.body
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn addresses_that_must_not_be_called_are_refused(pool: PgPool) {
    let caller = Caller::for_role(pool, Role::UnitAdmin).await;
    for (url, code) in [
        ("", "required"),
        ("shop.example.edu/hooks", "bad_format"),
        ("ftp://shop.example.edu/", "bad_format"),
        ("https://user:secret@shop.example.edu/", "bad_format"),
        ("https://shop.example.edu:25/", "bad_format"),
        ("http://shop.example.edu/hooks", "address_refused"),
        ("http://127.0.0.1:5432/", "address_refused"),
        ("https://127.0.0.1/", "address_refused"),
        ("https://0x7f.1/", "address_refused"),
        ("https://[::1]/", "address_refused"),
        ("https://[::ffff:10.0.0.1]/", "address_refused"),
        ("https://169.254.169.254/latest/meta-data/", "address_refused"),
        ("https://192.168.1.1/", "address_refused"),
        ("https://100.64.0.1/", "address_refused"),
        ("https://[fd00::1]/", "address_refused"),
        ("https://[64:ff9b::a00:1]/", "address_refused"),
    ] {
        let mut body = endpoint();
        body["url"] = json!(url);
        let answer = caller.call("POST", "/webhooks", Some(body)).await;
        assert_eq!(
            fields(&answer),
            [("url".to_owned(), code.to_owned())],
            "{url}: {}",
            answer.body
        );
    }
    let mut body = endpoint();
    body["event_types"] = json!(["message.exploded"]);
    let unknown = caller.call("POST", "/webhooks", Some(body)).await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST, "{}", unknown.body);
    // Twenty are enough for a unit.
    for _ in 0..20 {
        let answer = caller.call("POST", "/webhooks", Some(endpoint())).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    }
    let answer = caller.call("POST", "/webhooks", Some(endpoint())).await;
    assert_eq!(fields(&answer), [("url".to_owned(), "out_of_range".to_owned())]);
}

#[sqlx::test(migrations = "../migrations")]
async fn another_units_webhooks_do_not_exist(pool: PgPool) {
    let caller = Caller::for_role(pool, Role::UnitAdmin).await;
    let made = caller.call("POST", "/webhooks", Some(endpoint())).await.json();
    let id = made["id"].as_str().expect("an id");
    let event = uuid::Uuid::from_u128(1);
    let shop = caller.in_shop(Role::UnitAdmin).await;
    for (method, path, body) in [
        ("GET", format!("/webhooks/{id}"), None),
        ("PUT", format!("/webhooks/{id}"), Some(endpoint())),
        ("DELETE", format!("/webhooks/{id}"), None),
        ("POST", format!("/webhooks/{id}/rotate"), None),
        ("POST", format!("/webhooks/{id}/test"), None),
        ("GET", format!("/webhooks/{id}/deliveries"), None),
        ("GET", format!("/webhooks/{id}/deliveries/{event}"), None),
        ("POST", format!("/webhooks/{id}/deliveries/{event}/replay"), None),
        ("POST", format!("/webhooks/{id}/replay"), None),
    ] {
        let answer = shop.call(method, &path, body).await;
        assert_eq!(
            answer.status,
            StatusCode::NOT_FOUND,
            "{method} {path}: {}",
            answer.body
        );
    }
    assert_eq!(
        shop.call("GET", "/webhooks", None).await.json()["items"],
        json!([])
    );
    // Reading is not managing.
    let reader = caller.beside(&[Permission::ReadWebhooks]).await;
    assert_eq!(
        reader.call("GET", &format!("/webhooks/{id}"), None).await.status,
        StatusCode::OK
    );
    assert_eq!(
        reader
            .call("POST", &format!("/webhooks/{id}/rotate"), None)
            .await
            .status,
        StatusCode::FORBIDDEN
    );
}
