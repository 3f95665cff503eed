//! The frame that all resources share, on real routes and a real database.

mod campaigns;
mod definitions;
mod matrix;
pub mod messages;
mod sending;
pub mod support;

use axum::http::StatusCode;
use serde_json::{Value, json};
use sqlx::PgPool;
use types::access::{Permission, Role};

use support::Caller;

#[sqlx::test(migrations = "../migrations")]
async fn tokens_are_given_for_secrets_only(pool: PgPool) {
    let caller = Caller::new(pool, &[Permission::ReadTopics]).await;
    let form = |secret: &str| {
        format!(
            "grant_type=client_credentials&client_id={}&client_secret={secret}",
            caller.credentials.client_id
        )
    };
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    let good = caller
        .send(
            "POST",
            "/api/v1/oauth/token",
            &kind,
            form(&caller.credentials.client_secret),
        )
        .await;
    assert_eq!(good.status, StatusCode::OK, "{}", good.body);
    assert_eq!(good.json()["token_type"], "Bearer");
    assert_eq!(good.json()["scope"], "topics:read");
    assert_eq!(good.header("cache-control"), "no-store");
    let bad = caller
        .send("POST", "/api/v1/oauth/token", &kind, form("guess"))
        .await;
    assert_eq!(
        (bad.status, &bad.json()["error"]),
        (StatusCode::UNAUTHORIZED, &json!("invalid_client"))
    );
    let other = caller
        .send(
            "POST",
            "/api/v1/oauth/token",
            &kind,
            "grant_type=password".to_owned(),
        )
        .await;
    assert_eq!(
        (other.status, &other.json()["error"]),
        (StatusCode::BAD_REQUEST, &json!("unsupported_grant_type"))
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn every_error_is_a_problem_in_the_callers_language(pool: PgPool) {
    let caller = Caller::new(pool, &[Permission::ManageTopics, Permission::ReadTopics]).await;
    let polish = caller
        .call_with(
            "POST",
            "/topics",
            &[("accept-language", "pl")],
            Some(json!({"name": {}})),
        )
        .await;
    assert_eq!(polish.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", polish.body);
    assert_eq!(polish.header("content-type"), "application/problem+json");
    assert_eq!(polish.header("content-language"), "pl");
    let problem = polish.json();
    assert_eq!(problem["type"], "/api/problems/invalid");
    assert_eq!(problem["status"], 422);
    assert!(
        problem["errors"][0]["field"]
            .as_str()
            .is_some_and(|field| field.starts_with("name")),
        "{problem}"
    );
    assert!(problem["request_id"].is_string());

    let cases: &[(&str, &str, Option<Value>, u16, &str)] = &[
        ("GET", "/topics/none", None, 404, "not_found"),
        ("GET", "/nowhere", None, 404, "not_found"),
        ("PATCH", "/topics", None, 405, "bad_request"),
        ("POST", "/topics", Some(json!({"name": 7})), 400, "bad_request"),
        ("GET", "/topics?limit=0", None, 422, "invalid"),
        ("GET", "/topics?after=made-up", None, 422, "invalid"),
        ("GET", "/contacts", None, 403, "forbidden"),
        ("GET", "/topics?unit=shop", None, 404, "not_found"),
    ];
    for (method, path, body, status, code) in cases {
        let answer = caller.call(method, path, body.clone()).await;
        assert_eq!(
            answer.status.as_u16(),
            *status,
            "{method} {path}: {}",
            answer.body
        );
        assert_eq!(answer.json()["code"], *code, "{method} {path}");
        assert_eq!(
            answer.header("content-type"),
            "application/problem+json",
            "{method} {path}"
        );
    }
    let stranger = caller.send("GET", "/api/v1/topics", &[], String::new()).await;
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
    assert_eq!(stranger.header("www-authenticate"), "Bearer");
    let about = caller
        .send("GET", "/api/problems/invalid", &[], String::new())
        .await;
    assert_eq!(about.status, StatusCode::OK);
}

fn topic(key: &str) -> Value {
    json!({"key": key, "name": {"en": "Open days"}, "is_public": true})
}

#[sqlx::test(migrations = "../migrations")]
async fn the_same_call_again_gets_the_same_answer(pool: PgPool) {
    let caller = Caller::new(pool, &[Permission::ManageTopics, Permission::ReadTopics]).await;
    let key = [("idempotency-key", "first")];
    let one = caller
        .call_with("POST", "/topics", &key, Some(topic("open-days")))
        .await;
    let two = caller
        .call_with("POST", "/topics", &key, Some(topic("open-days")))
        .await;
    assert_eq!(one.status, StatusCode::CREATED, "{}", one.body);
    assert_eq!((one.status, &one.body), (two.status, &two.body));
    assert_eq!(two.header("idempotency-replayed"), "true");
    let other = caller
        .call_with("POST", "/topics", &key, Some(topic("another")))
        .await;
    assert_eq!(other.status, StatusCode::CONFLICT);
    assert_eq!(other.json()["code"], "idempotency_mismatch");
    // Without the key it is another call, which meets the first one's topic.
    let again = caller.call("POST", "/topics", Some(topic("open-days"))).await;
    assert_eq!(again.json()["errors"][0]["code"], "taken", "{}", again.body);
    // What was refused did nothing, so the key is free for a corrected call.
    let key = [("idempotency-key", "second")];
    let refused = caller
        .call_with("POST", "/topics", &key, Some(topic("open-days")))
        .await;
    assert!(refused.status.is_client_error());
    let corrected = caller
        .call_with("POST", "/topics", &key, Some(topic("scholarships")))
        .await;
    assert_eq!(corrected.status, StatusCode::CREATED, "{}", corrected.body);
}

#[sqlx::test(migrations = "../migrations")]
async fn the_same_call_twice_at_once_acts_once(pool: PgPool) {
    let caller = Caller::new(pool, &[Permission::ManageTopics, Permission::ReadTopics]).await;
    let key = [("idempotency-key", "race")];
    let calls = (0..8).map(|_| caller.call_with("POST", "/topics", &key, Some(topic("open-days"))));
    let answers = futures::future::join_all(calls).await;
    for answer in &answers {
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        assert_eq!(answer.body, answers[0].body);
    }
    let list = caller.call("GET", "/topics", None).await.json();
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1), "{list}");
}

#[sqlx::test(migrations = "../migrations")]
async fn lists_are_paged_without_gaps_or_repeats(pool: PgPool) {
    let caller = Caller::new(pool, &[Permission::ManageTopics, Permission::ReadTopics]).await;
    for number in 0..7 {
        let made = caller
            .call("POST", "/topics", Some(topic(&format!("topic-{number}"))))
            .await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    }
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let page = caller
            .call("GET", &format!("/topics?limit=3{after}"), None)
            .await
            .json();
        let items = page["items"].as_array().expect("items");
        assert!(items.len() <= 3);
        seen.extend(items.iter().map(|item| item["key"].to_string()));
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(seen.len(), 7);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 7, "a topic came twice");
}

#[sqlx::test(migrations = "../migrations")]
async fn people_are_added_changed_subscribed_and_taken_out(pool: PgPool) {
    let caller = Caller::for_role(pool, Role::UnitAdmin).await;
    let person = json!({"email": "Łucja@Example.org", "key": "s1", "first_name": "Łucja", "attributes": {"faculty": "law"}});
    let made = caller.call("POST", "/contacts", Some(person)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let id = made.json()["id"].as_str().expect("an id").to_owned();
    let by_key = caller.call("GET", "/contacts/by-key/s1", None).await.json();
    assert_eq!(
        (&by_key["id"], &by_key["first_name"]),
        (&json!(id), &json!("Łucja"))
    );
    assert_eq!(by_key["source"], "api");
    let changed = caller
        .call(
            "PUT",
            &format!("/contacts/{id}"),
            Some(json!({"email": "lucja@example.org", "key": "s2"})),
        )
        .await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    let found = caller.call("GET", "/contacts?search=lucja", None).await.json();
    assert_eq!(found["items"].as_array().map(Vec::len), Some(1), "{found}");

    let topic = caller
        .call("POST", "/topics", Some(topic("open-days")))
        .await
        .json()["id"]
        .clone();
    let wish = json!({"contact_id": id, "topic_id": topic, "status": "subscribed"});
    let silent = caller.call("POST", "/subscriptions", Some(wish.clone())).await;
    assert_eq!(silent.json()["errors"][0]["field"], "wording", "{}", silent.body);
    let mut agreed = wish;
    agreed["wording"] = json!("Yes, write to me about open days.");
    let subscribed = caller.call("POST", "/subscriptions", Some(agreed)).await;
    assert_eq!(subscribed.json(), json!({"changed": true}), "{}", subscribed.body);
    let listed = caller
        .call("GET", &format!("/subscriptions?contact_id={id}"), None)
        .await
        .json();
    assert_eq!(listed["items"][0]["status"], "subscribed");
    let stopped = caller
        .call("POST", "/subscriptions/stop", Some(json!({"contact_id": id})))
        .await;
    assert_eq!(stopped.json(), json!({"changed": true}), "{}", stopped.body);
    let history = caller
        .call("GET", &format!("/subscriptions/history?contact_id={id}"), None)
        .await
        .json();
    assert_eq!(history[0]["act"], "withdrawn_all");
    assert_eq!(history[0]["source"], "api");

    let gone = caller.call("DELETE", &format!("/contacts/{id}"), None).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.body);
    assert_eq!(
        caller.call("GET", &format!("/contacts/{id}"), None).await.status,
        StatusCode::NOT_FOUND
    );
    let log = caller.call("GET", "/audit", None).await.json();
    assert_eq!(log["items"][0]["actor_kind"], "client", "{log}");
}

#[sqlx::test(migrations = "../migrations")]
async fn another_units_things_are_not_found(pool: PgPool) {
    let ours = Caller::for_role(pool, Role::UnitAdmin).await;
    let theirs = ours.in_shop(Role::UnitAdmin).await;
    let person = theirs
        .call("POST", "/contacts", Some(json!({"email": "a@b.example"})))
        .await
        .json();
    let topic = theirs.call("POST", "/topics", Some(topic("offers"))).await.json();
    let paths = [
        format!("/contacts/{}", person["id"].as_str().expect("id")),
        format!("/topics/{}", topic["id"].as_str().expect("id")),
    ];
    for path in paths {
        assert_eq!(
            theirs.call("GET", &path, None).await.status,
            StatusCode::OK,
            "{path}"
        );
        for method in ["GET", "DELETE"] {
            assert_eq!(
                ours.call(method, &path, None).await.status,
                StatusCode::NOT_FOUND,
                "{method} {path}"
            );
        }
    }
    let units = ours.call("GET", "/units", None).await.json();
    assert_eq!(units["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        ours.call("GET", "/units/shop", None).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        ours.call("GET", "/units/admissions", None).await.status,
        StatusCode::OK
    );
}
