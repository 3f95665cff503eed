//! Relays and sender domains by the API: secrets go in and never come out.

use axum::http::StatusCode;
use serde_json::json;
use sqlx::PgPool;
use types::access::Role;

use super::support::Caller;

#[sqlx::test(migrations = "../migrations")]
async fn a_relay_is_added_changed_and_tried(pool: PgPool) {
    let caller = Caller::for_role(pool, Role::SystemAdmin).await;
    // Bound and dropped: a port where nobody listens.
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("bound");
    let port = free.local_addr().expect("an address").port();
    drop(free);
    let input = json!({
        "name": "Main", "host": "127.0.0.1", "port": port, "security": "none",
        "username": "campanile", "password": "correct horse",
    });
    let made = caller.call("POST", "/relays", Some(input.clone())).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let path = format!("/relays/{}", made.json()["id"].as_str().expect("an id"));
    let shown = caller.call("GET", &path, None).await;
    assert_eq!(shown.json()["username"], "campanile");
    let list = caller.call("GET", "/relays", None).await;
    let log = caller.call("GET", "/audit", None).await;
    for answer in [&made, &shown, &list, &log] {
        assert!(
            !answer.body.contains("correct horse") && !answer.body.contains("sealed"),
            "{}",
            answer.body
        );
    }
    let tried = caller.call("POST", &format!("{path}/test"), None).await;
    assert_eq!(tried.status, StatusCode::OK, "{}", tried.body);
    assert_eq!(tried.json()["works"], false);
    assert!(
        tried.json()["trouble"]
            .as_str()
            .is_some_and(|text| text.contains("reached")),
        "{}",
        tried.body
    );
    let mut change = input;
    change["password"] = json!("");
    change["edit_version"] = json!(1);
    change["is_active"] = json!(false);
    let changed = caller.call("PUT", &path, Some(change.clone())).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    let late = caller.call("PUT", &path, Some(change)).await;
    assert_eq!(late.json()["code"], "edit_conflict", "{}", late.body);

    let limit = json!({"domain": "gmail.com", "max_per_second": 20});
    let set = caller.call("PUT", "/recipient-limits", Some(limit)).await;
    assert_eq!(set.status, StatusCode::NO_CONTENT, "{}", set.body);
    let limits = caller.call("GET", "/recipient-limits", None).await.json();
    assert_eq!(limits[0]["domain"], "gmail.com", "{limits}");
    let gone = caller.call("DELETE", "/recipient-limits/gmail.com", None).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.body);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_sender_domain_gets_keys(pool: PgPool) {
    let ours = Caller::for_role(pool, Role::UnitAdmin).await;
    let theirs = ours.in_shop(Role::UnitAdmin).await;
    let made = ours
        .call(
            "POST",
            "/sender-domains",
            Some(json!({"domain": "university.test"})),
        )
        .await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let path = format!("/sender-domains/{}", made.json()["id"].as_str().expect("an id"));
    let key = ours
        .call("POST", &format!("{path}/keys"), Some(json!({"kind": "ed25519"})))
        .await;
    assert_eq!(key.status, StatusCode::CREATED, "{}", key.body);
    let key = format!("{path}/keys/{}", key.json()["id"].as_str().expect("an id"));
    let shown = ours.call("GET", &path, None).await;
    assert_eq!(shown.json()["keys"][0]["state"], "waiting");
    assert!(!shown.body.contains("private") && !shown.body.contains("sealed"));
    assert_eq!(shown.json()["records"][0]["purpose"], "dkim");
    for (method, path) in [
        ("GET", path.clone()),
        ("DELETE", path.clone()),
        ("POST", format!("{path}/check")),
        ("POST", format!("{key}/activate")),
        ("DELETE", key.clone()),
    ] {
        let answer = theirs.call(method, &path, None).await;
        assert_eq!(
            answer.status,
            StatusCode::NOT_FOUND,
            "{method} {path}: {}",
            answer.body
        );
    }
    let active = ours.call("POST", &format!("{key}/activate"), None).await;
    assert_eq!(active.status, StatusCode::NO_CONTENT, "{}", active.body);
    let signing = ours.call("DELETE", &key, None).await;
    assert_eq!(signing.json()["code"], "wrong_state", "{}", signing.body);
    let retired = ours.call("POST", &format!("{key}/retire"), None).await;
    assert_eq!(retired.status, StatusCode::NO_CONTENT, "{}", retired.body);
    let shown = ours.call("GET", &path, None).await.json();
    assert_eq!(shown["keys"][0]["state"], "retired");
    assert!(shown["keys"][0]["removable_at"].is_string(), "{shown}");
    let places = json!({"bounce_domain": "b.university.test", "tracking_origin": ""});
    let set = ours
        .call("PUT", "/units/admissions/places", Some(places.clone()))
        .await;
    assert_eq!(set.status, StatusCode::NO_CONTENT, "{}", set.body);
    let read = ours.call("GET", "/units/admissions/places", None).await;
    assert_eq!(read.json(), places);
}
