//! Message definitions: what integrators may call, and since when.

use axum::http::StatusCode;
use serde_json::json;
use sqlx::PgPool;
use types::access::Role;

use super::messages::{KEY, fields, live, order};
use super::support::Caller;

#[sqlx::test(migrations = "../migrations")]
async fn a_definition_goes_live_by_somebody_elses_approval(pool: PgPool) {
    let (caller, defined) = live(pool).await;
    let seen = caller
        .call("GET", &format!("/message-definitions/{KEY}"), None)
        .await;
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.body);
    let seen = seen.json();
    assert_eq!(
        (&seen["state"], &seen["live"]["number"], &seen["is_active"]),
        (&json!("approved"), &json!(1), &json!(true))
    );

    // A new draft changes nothing for callers, until it is approved: then all at once.
    let change = json!({
        "edit_version": seen["edit_version"],
        "parameters": [{"name": "order", "kind": "text", "required": true}, {"name": "total", "kind": "number", "default": 0}],
    });
    let changed = caller
        .call("PUT", &format!("/message-definitions/{KEY}"), Some(change))
        .await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    let mut with_total = order("ada@example.org", "one");
    with_total["attributes"]["total"] = json!(12.5);
    let early = caller.call("POST", "/messages", Some(with_total.clone())).await;
    assert_eq!(
        fields(&early),
        [("attributes.total".to_owned(), "unknown_reference".to_owned())]
    );
    let sent = caller
        .call("POST", "/messages", Some(order("ada@example.org", "old")))
        .await;
    assert_eq!(sent.status, StatusCode::ACCEPTED, "{}", sent.body);
    caller
        .university
        .approved(&defined)
        .await
        .expect("a second version");
    let sent = caller.call("POST", "/messages", Some(with_total)).await;
    assert_eq!(sent.status, StatusCode::ACCEPTED, "{}", sent.body);
    for (key, version) in [("old", 1), ("one", 2)] {
        let found = caller.call("GET", &format!("/messages/{key}"), None).await.json();
        assert_eq!(found["version"], json!(version), "{found}");
    }

    // Withdrawn: no more calls. Away: not even when it was approved.
    for (method, path) in [("POST", "/withdraw"), ("DELETE", "")] {
        let done = caller
            .call(method, &format!("/message-definitions/{KEY}{path}"), None)
            .await;
        assert_eq!(done.status, StatusCode::NO_CONTENT, "{}", done.body);
        let refused = caller
            .call("POST", "/messages", Some(order("ada@example.org", "late")))
            .await;
        assert_eq!(refused.json()["code"], "wrong_state", "{}", refused.body);
    }
    let taken = json!({"key": KEY, "name": "Again"});
    let taken = caller.call("POST", "/message-definitions", Some(taken)).await;
    assert_eq!(
        fields(&taken),
        [("key".to_owned(), "taken".to_owned())],
        "keys are for ever"
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn what_was_put_away_keeps_its_key(pool: PgPool) {
    let caller = Caller::for_role(pool, Role::UnitAdmin).await;
    let new = json!({"key": KEY, "name": "Order placed"});
    let made = caller
        .call("POST", "/message-definitions", Some(new.clone()))
        .await
        .json();
    let id = made["id"].as_str().expect("an id").to_owned();
    let away = caller
        .call("DELETE", &format!("/message-definitions/{id}"), None)
        .await;
    assert_eq!(away.status, StatusCode::NO_CONTENT, "{}", away.body);
    // Nor can it be removed as a campaign's draft could.
    let gone = caller.call("DELETE", &format!("/campaigns/{id}"), None).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND, "{}", gone.body);
    let again = caller.call("POST", "/message-definitions", Some(new)).await;
    assert_eq!(fields(&again), [("key".to_owned(), "taken".to_owned())]);
}
